/** Which objects a type condition of a plan holds for. Plans speak of the whole supergraph. */
import { type GraphQLSchema, isAbstractType, isInterfaceType } from "graphql";

export interface TypeConditions {
  /** Whether an object of the named type is of the type of the condition. */
  holds(condition: string | undefined, typename: string): boolean;
  /** Whether the name is an interface's: the type of an object is then not known in full (`@interfaceObject`). */
  isInterface(typename: unknown): boolean;
}

/** Answers by the supergraph's schema, from tables that are made once for each condition. */
export function createTypeConditions(supergraphSchema: GraphQLSchema): TypeConditions {
  const tables = new Map<string, ReadonlySet<string>>();
  return {
    holds(condition, typename) {
      if (condition === undefined || condition === typename) return true;
      const table = tables.get(condition) ?? namesWithin(supergraphSchema, condition);
      tables.set(condition, table);
      return table.has(typename);
    },
    isInterface: (typename) => typeof typename === "string" && isInterfaceType(supergraphSchema.getType(typename)),
  };
}

/** An interface object bears the name of its interface, so interfaces count beside object types. */
function namesWithin(schema: GraphQLSchema, condition: string): ReadonlySet<string> {
  const type = schema.getType(condition);
  if (!isAbstractType(type)) return new Set();
  const { objects, interfaces } =
    "getFields" in type ? schema.getImplementations(type) : { objects: schema.getPossibleTypes(type), interfaces: [] };
  return new Set([...objects, ...interfaces].map(({ name }) => name));
}
