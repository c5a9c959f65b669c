/** Entities are named by their keys: the same entity may have several, and each may be an object. */
import { type GraphQLSchema, Kind, type OperationDefinitionNode, parse, type SelectionSetNode } from "graphql";
import { argumentOf, joinsOf, subgraphsIn } from "./join-directives.ts";

/**
 * The keys that a subgraph gives to entities of a type, as far as `fields` holds them: one text for each,
 * the same for a representation and for whoever names the entity.
 */
export type EntityNames = (subgraph: string, type: string, fields: Readonly<Record<string, unknown>>) => string[];

/** Makes the function for a supergraph. */
export function entityNamesIn(supergraph: GraphQLSchema): EntityNames {
  const subgraphOf = subgraphsIn(supergraph);
  const known = new Map<string, readonly SelectionSetNode[]>();
  const keysOf = (subgraph: string, name: string): readonly SelectionSetNode[] => {
    const type = supergraph.getType(name);
    const joins = type ? joinsOf(type).filter((join) => subgraphOf(join) === subgraph) : [];
    return joins.flatMap((join) => {
      const key = argumentOf(join, "key");
      return typeof key === "string" ? [fieldSet(key)] : [];
    });
  };
  return (subgraph, name, fields) => {
    const id = `${subgraph} ${name}`;
    const keys = known.get(id) ?? keysOf(subgraph, name);
    // Only types of the schema: what others name must not fill the memory.
    if (keys.length > 0) known.set(id, keys);
    return keys.flatMap((key) => {
      const text = pick(fields, key);
      return text === undefined ? [] : [text];
    });
  };
}

function fieldSet(text: string): SelectionSetNode {
  const [definition] = parse(`{${text}}`, { noLocation: true }).definitions;
  const isOperation = (node: typeof definition): node is OperationDefinitionNode =>
    node?.kind === Kind.OPERATION_DEFINITION;
  if (!isOperation(definition)) throw new TypeError("a key is not a selection of fields");
  return definition.selectionSet;
}

/** The selected fields as text, in the order of their names; undefined when one is missing. */
function pick(value: unknown, { selections }: SelectionSetNode): string | undefined {
  if (Array.isArray(value)) return JSON.stringify(value);
  if (typeof value !== "object" || value === null) return undefined;
  const members: string[] = [];
  for (const selection of selections) {
    if (selection.kind !== Kind.FIELD) return undefined;
    const name = selection.name.value;
    const member = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
    // An ID may be a number or text; both name the same.
    const text = selection.selectionSet ? pick(member, selection.selectionSet) : scalarText(member);
    if (text === undefined) return undefined;
    members.push(`${name}:${text}`);
  }
  return `{${members.sort().join(",")}}`;
}

function scalarText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "object" ? JSON.stringify(value) : JSON.stringify(String(value));
}
