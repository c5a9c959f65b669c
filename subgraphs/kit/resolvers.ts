/** Resolver maps, and the executable schema made of them. */
import { buildSubgraphSchema, type GraphQLResolverMap } from "@apollo/subgraph";
import { type GraphQLSchema, parse } from "graphql";
import { guardAssured } from "./assurance.ts";
import type { SubgraphContext } from "./context.ts";
import { guardPurposes } from "./purposes.ts";
import { guardCitizen } from "./rights.ts";
import { scalars } from "./scalars.ts";

/**
 * Resolvers by type and field: a plain map, or codegen's `Resolvers` of a subgraph. The latter checks every
 * field, but its reference resolvers do not fit the map's type, hence the wide second half.
 */
export type SubgraphResolvers<Loaders = unknown> =
  | GraphQLResolverMap<SubgraphContext<Loaders>>
  | Readonly<Record<string, object | undefined>>;

/** The schema of a subgraph: its SDL, its resolvers, the city's scalars, and under guard `Citizen`, `@assurance`, `@category`. */
export function subgraphSchema(sdl: string, resolvers: SubgraphResolvers): GraphQLSchema {
  // The wide half of the type; its fields are functions all the same.
  const map = { ...scalars, ...guardCitizen(resolvers) } as GraphQLResolverMap;
  return guardPurposes(guardAssured(buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: map }])));
}
