/**
 * Where the schema comes from: the supergraph that the subgraphs' SDL composes to.
 *
 * The parts of @apollo/gateway are used one by one. Its class `ApolloGateway` would also report to its
 * maker's servers, read the environment, and keep the planner to itself.
 */
import { readFile } from "node:fs/promises";
import { type Schema, Supergraph } from "@apollo/federation-internals";
import { QueryPlanner } from "@apollo/query-planner";
import type { GraphQLSchema } from "graphql";
import { ConfigError } from "../../platform/config.ts";

/** The supergraph in the forms in which the stations need it. */
export interface LoadedSupergraph {
  /** What clients see. */
  readonly schema: GraphQLSchema;
  /** The same, as the planner knows it. */
  readonly apiSchema: Schema;
  /** The whole with its join directives. */
  readonly supergraphSchema: GraphQLSchema;
  readonly planner: QueryPlanner;
  /** Where each subgraph answers. */
  readonly addresses: ReadonlyMap<string, URL>;
}

const committedSupergraph = new URL("../../schema/supergraph.graphql", import.meta.url);

/**
 * Loads the committed supergraph.
 *
 * @param addresses exactly one for each subgraph of the supergraph
 * @throws ConfigError that names every subgraph without an address and every address without a subgraph
 */
export async function loadSupergraph(addresses: ReadonlyMap<string, URL>): Promise<LoadedSupergraph> {
  const supergraph = Supergraph.build(await readFile(committedSupergraph, "utf8"));
  requireAddresses(
    supergraph.subgraphsMetadata().map(({ name }) => name),
    addresses,
  );
  const apiSchema = supergraph.apiSchema();
  return {
    schema: apiSchema.toGraphQLJSSchema(),
    apiSchema,
    supergraphSchema: supergraph.schema.toGraphQLJSSchema(),
    planner: new QueryPlanner(supergraph),
    addresses,
  };
}

function requireAddresses(names: readonly string[], addresses: ReadonlyMap<string, URL>): void {
  const missing = names.filter((name) => !addresses.has(name));
  const unknown = [...addresses.keys()].filter((name) => !names.includes(name));
  const faults = [
    ...missing.map((name) => `HUIMIN_SUBGRAPHS has no address for the subgraph ${name}`),
    ...unknown.map((name) => `HUIMIN_SUBGRAPHS names ${name}, which is not a subgraph of the supergraph`),
  ];
  if (faults.length > 0) throw new ConfigError("gateway", faults);
}
