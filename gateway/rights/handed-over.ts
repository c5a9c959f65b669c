/** What a subgraph is handed to resolve a field: values of the same object (`@requires`), or of one around it. */
import {
  type ConstDirectiveNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  Kind,
  parse,
  type SelectionSetNode,
} from "graphql";
import { argumentOf, type Described, directivesOn } from "../cache/join-directives.ts";
import { selectionSetOf } from "../planning/join-fields.ts";
import { linkedName } from "../supergraph/linked-names.ts";

/** Values that are read from an object of a type. */
export interface HandedOver {
  readonly type: GraphQLNamedType;
  readonly selection: SelectionSetNode;
}

/** Reads it for one supergraph: of a field, and the type that the field is on. */
export function readHandedOver(
  supergraph: GraphQLSchema,
): (type: GraphQLNamedType, field: Described) => readonly HandedOver[] {
  const contexts = readContexts(supergraph);
  return (type, field) =>
    directivesOn(field, "join__field").flatMap((join) => [
      ...requiredBy(join).map((selection) => ({ type, selection })),
      ...contextArguments(join).flatMap(({ context, selection }) =>
        (contexts.get(context) ?? []).map((around) => ({ type: around, selection })),
      ),
    ]);
}

/** The types that stand for each context (`@context`), by its name. */
function readContexts(supergraph: GraphQLSchema): ReadonlyMap<string, readonly GraphQLNamedType[]> {
  const contexts = new Map<string, GraphQLNamedType[]>();
  const directive = linkedName(supergraph, /^https:\/\/specs\.apollo\.dev\/context\/v0\.\d+$/, "context", "context");
  if (directive === undefined) return contexts;
  for (const type of Object.values(supergraph.getTypeMap())) {
    for (const applied of directivesOn(type, directive)) {
      const name = String(argumentOf(applied, "name"));
      contexts.set(name, [...(contexts.get(name) ?? []), type]);
    }
  }
  return contexts;
}

function requiredBy(join: ConstDirectiveNode): SelectionSetNode[] {
  const requires = argumentOf(join, "requires");
  return typeof requires === "string" ? [selectionSetOf(requires)] : [];
}

/** What composition writes for `@fromContext` (join specification, v0.5). */
function contextArguments(
  join: ConstDirectiveNode,
): { readonly context: string; readonly selection: SelectionSetNode }[] {
  const given = argumentOf(join, "contextArguments");
  if (!Array.isArray(given)) return [];
  return given.map(({ context, selection }) => ({ context: String(context), selection: braced(String(selection)) }));
}

function braced(text: string): SelectionSetNode {
  const [definition] = parse(text, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`no selection: ${text}`);
  return definition.selectionSet;
}
