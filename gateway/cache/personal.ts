/**
 * What is personal by its place in the graph, whatever a subgraph says of it: the citizen, everything
 * that can be reached from her through fields, and every field that is given or gives a citizen ID.
 */
import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInputObjectType,
  isObjectType,
} from "graphql";

/** The natural person of the graph. */
const person = "Citizen";

/** What names a natural person. */
export const personId = "CitizenID";

/** Tells whether selecting `field` of `type` may read personal data. */
export type IsPersonal = (type: GraphQLObjectType, field: GraphQLField<unknown, unknown>) => boolean;

/** Makes the test for a schema. Reference data that citizens link to counts as personal too: better too much. */
export function personalIn(schema: GraphQLSchema): IsPersonal {
  const types = reachable(schema, schema.getType(person));
  return (type, { type: result, args }) => {
    const named = getNamedType(result);
    return types.has(type) || types.has(named) || named.name === personId || args.some((arg) => namesPerson(arg.type));
  };
}

function reachable(schema: GraphQLSchema, start: GraphQLNamedType | undefined): ReadonlySet<GraphQLNamedType> {
  const found = new Set<GraphQLNamedType>();
  const open = start ? [start] : [];
  for (let type = open.pop(); type; type = open.pop()) {
    if (found.has(type)) continue;
    if (isAbstractType(type)) open.push(...schema.getPossibleTypes(type));
    if (!isAbstractType(type) && !isObjectType(type)) continue;
    found.add(type);
    if (isObjectType(type)) open.push(...Object.values(type.getFields()).map((field) => getNamedType(field.type)));
  }
  return found;
}

/** Whether a value of the type may hold a citizen ID. */
export function namesPerson(type: GraphQLInputType, seen: Set<GraphQLNamedType> = new Set()): boolean {
  const named = getNamedType(type);
  if (named.name === personId) return true;
  if (!isInputObjectType(named) || seen.has(named)) return false;
  seen.add(named);
  return Object.values(named.getFields()).some((field) => namesPerson(field.type, seen));
}
