/** Resolver maps, and the executable schema made of them. */
import { buildSubgraphSchema, type GraphQLResolverMap } from "@apollo/subgraph";
import { type GraphQLSchema, parse } from "graphql";
import { guardCitizen } from "./rights.ts";
import { scalars } from "./scalars.ts";

/** Resolvers by type and field. Codegen's `Resolvers` of a subgraph fits; it checks the fields. */
export type SubgraphResolvers = Readonly<Record<string, object | undefined>>;

/** The schema of a subgraph: its SDL, its resolvers, the city's scalars, and `Citizen` under guard. */
export function subgraphSchema(sdl: string, resolvers: SubgraphResolvers): GraphQLSchema {
  // Codegen checks resolvers more strictly than this map type, which cannot express references.
  const map = { ...scalars, ...guardCitizen(resolvers) } as GraphQLResolverMap;
  return buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: map }]);
}
