/** The citizen subgraph, on identity's own server: only there can a pseudonym become a record again. */
import { readFileSync } from "node:fs";
import type { FastifyInstance } from "fastify";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import type { Queryable } from "../../platform/postgres.ts";
import { gatewayKeys } from "../../subgraphs/kit/gateway-keys.ts";
import { mountSubgraph } from "../../subgraphs/kit/subgraph.ts";
import type { SectorPseudonyms } from "../../trust/pseudonym.ts";
import type { IdentityConfig } from "../config.ts";
import { citizenLoaders } from "./register.ts";
import { resolvers } from "./resolvers.ts";

const sdl = readFileSync(new URL("../../schema/citizen.graphql", import.meta.url), "utf8");

/** Adds the subgraph at `/subgraph`; it knows citizens by `pseudonyms`. */
export function addCitizenSubgraph(
  app: FastifyInstance,
  { gatewayUrl, callKey, redisUrl }: Pick<IdentityConfig, "gatewayUrl" | "callKey" | "redisUrl">,
  { database, fleeting }: { readonly database: Queryable; readonly fleeting: KeyValueStore },
  pseudonyms: SectorPseudonyms,
): void {
  mountSubgraph(app, {
    name: "citizen",
    path: "/subgraph",
    callKey,
    shared: redisUrl === undefined ? undefined : fleeting,
    sdl,
    resolvers,
    loaders: (caller) => citizenLoaders(database, pseudonyms, caller),
    gateway: { issuer: gatewayUrl, keys: gatewayKeys(gatewayUrl) },
  });
}
