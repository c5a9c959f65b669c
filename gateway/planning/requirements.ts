/** What the subgraphs need to know of an entity: for finding it, and for each field of it. */
import { type ConstDirectiveNode, Kind, parse, type SelectionNode, type SelectionSetNode } from "graphql";
import { hasFields, selectionSetOf } from "./join-fields.ts";

/** Selections of the `@key`s of types and of the `@requires` of fields, in whatever subgraph. */
export interface Requirements {
  keys(type: string): readonly SelectionSetNode[];
  of(type: string, field: string): readonly SelectionSetNode[];
}

/** Reads the requirements of a supergraph. */
export function readRequirements(supergraphSdl: string): Requirements {
  const keys = new Map<string, readonly SelectionSetNode[]>();
  const fields = new Map<string, readonly SelectionSetNode[]>();
  for (const type of parse(supergraphSdl, { noLocation: true }).definitions.filter(hasFields)) {
    keys.set(type.name.value, selections(type.directives, "key"));
    for (const field of type.fields ?? []) {
      const required = selections(field.directives, "requires");
      if (required.length > 0) fields.set(`${type.name.value}.${field.name.value}`, required);
    }
  }
  return {
    keys: (type) => keys.get(type) ?? [],
    of: (type, field) => fields.get(`${type}.${field}`) ?? [],
  };
}

/** What the selections select of a field; undefined when none selects it. */
export function selectedWithin(selectionSets: readonly SelectionSetNode[], field: string) {
  const found = selectionSets.flatMap((set) => named(set.selections, field));
  return found.length > 0 ? found.flatMap(({ selectionSet }) => selectionSet ?? []) : undefined;
}

function named(
  nodes: readonly SelectionNode[],
  field: string,
): { readonly selectionSet?: SelectionSetNode | undefined }[] {
  return nodes.flatMap((node) => {
    if (node.kind === Kind.FIELD) return node.name.value === field ? [node] : [];
    return node.kind === Kind.INLINE_FRAGMENT ? named(node.selectionSet.selections, field) : [];
  });
}

function selections(directives: readonly ConstDirectiveNode[] | undefined, argument: string): SelectionSetNode[] {
  return (directives ?? [])
    .filter(({ name }) => name.value.startsWith("join__"))
    .flatMap((directive) => directive.arguments ?? [])
    .flatMap(({ name, value }) =>
      name.value === argument && value.kind === Kind.STRING ? [selectionSetOf(value.value)] : [],
    );
}
