/**
 * Response names that the planner would take for something else.
 *
 * Plans merge what a client selects with what the gateway itself needs to know (keys, `@requires`, contexts),
 * by response name. `{ me { id: email reviews { id } } }` would then read the key where the client wants the
 * address, without an error. So before planning such a field gets an alias that nobody else uses; the answer
 * is written with the name that the client chose.
 */
import {
  type ArgumentNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  print,
  type ValueNode,
  visit,
} from "graphql";

/** A document that can be planned, and what its own response names are called in the answer. */
export interface PlannableDocument {
  readonly document: DocumentNode;
  /** Response name in `document` to response name for the client; only those that differ. */
  readonly responseNames: ReadonlyMap<string, string>;
}

/** Gives every field of `document` whose response name is one of `reserved`, but that may mean another thing, an alias. */
export function avoidClashes(document: DocumentNode, reserved: ReadonlySet<string>): PlannableDocument {
  const aliases = new Map<string, string>();
  const responseNames = new Map<string, string>();
  const rewritten = visit(document, {
    Field(node) {
      if (node.name.value === "__schema" || node.name.value === "__type") return false;
      if (!clashes(node, reserved)) return undefined;
      const alias = aliases.get(signature(node)) ?? `_c${aliases.size}`;
      aliases.set(signature(node), alias);
      responseNames.set(alias, responseName(node));
      return { ...node, alias: { kind: Kind.NAME, value: alias } };
    },
  });
  return { document: aliases.size > 0 ? rewritten : document, responseNames };
}

/** The names under which the gateway itself may ask for a field of a supergraph. */
export function reservedNames(supergraphSchema: GraphQLSchema): ReadonlySet<string> {
  const names = new Set(["__typename"]);
  for (const type of Object.values(supergraphSchema.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    const nodes = [type, ...Object.values(type.getFields())].map(({ astNode }) => astNode);
    for (const directive of nodes.flatMap((node) => node?.directives ?? [])) {
      for (const selection of fieldSelections(directive)) addFieldNames(names, selection);
    }
  }
  return names;
}

/** Selections within the directives of a supergraph: `key`, `requires`, and a context's `selection`. */
function fieldSelections(directive: DirectiveNode): string[] {
  const found: string[] = [];
  visit(directive, {
    Argument({ name, value }) {
      if ((name.value === "key" || name.value === "requires") && value.kind === Kind.STRING) found.push(value.value);
    },
    ObjectField({ name, value }) {
      if (name.value === "selection" && value.kind === Kind.STRING) found.push(value.value);
    },
  });
  return directive.name.value.startsWith("join__") ? found : [];
}

function addFieldNames(names: Set<string>, selection: string): void {
  const text = selection.trim().startsWith("{") ? selection : `{ ${selection} }`;
  visit(parse(text, { noLocation: true }), { Field: ({ name }) => void names.add(name.value) });
}

function clashes(node: FieldNode, reserved: ReadonlySet<string>): boolean {
  const isPlain = responseName(node) === node.name.value && !node.arguments?.length;
  return !isPlain && reserved.has(responseName(node));
}

function responseName({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}

/** What two fields must have in common to be merged (GraphQL specification, section 5.3.2). */
function signature(node: FieldNode): string {
  return `${responseName(node)}: ${node.name.value}(${sorted(node.arguments ?? [])
    .map(printArgument)
    .join()})`;
}

function printArgument({ name, value }: ArgumentNode): string {
  return `${name.value}: ${print(sortedValue(value))}`;
}

/** The order in which members are written means nothing. */
function sortedValue(value: ValueNode): ValueNode {
  return visit(value, { ObjectValue: { leave: (node) => ({ ...node, fields: sorted(node.fields) }) } });
}

function sorted<T extends { readonly name: { readonly value: string } }>(nodes: readonly T[]): T[] {
  return nodes.toSorted((a, b) => (a.name.value < b.name.value ? -1 : 1));
}
