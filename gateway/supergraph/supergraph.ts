/** Where the schema comes from: the supergraph that the subgraphs' SDL composes to. */
import { createHash } from "node:crypto";
import { buildASTSchema, buildSchema, type GraphQLSchema, parse } from "graphql";
import { ConfigError } from "../../platform/config.ts";
import type { Planner } from "../planning/planner.ts";
import { type StartedPlanner, startPlannerThread } from "../planning/planner-thread.ts";

/** The supergraph in the forms in which the stations need it. */
export interface LoadedSupergraph {
  /** SHA-256 of the SDL, base64url: names the generation, and is part of persisted keys. */
  readonly id: string;
  /** The text that it was loaded from. */
  readonly sdl: string;
  /** The API schema: what clients see. */
  readonly schema: GraphQLSchema;
  /** The whole with its join directives, as graphql-js reads it: possible types, `join__*`, `@cost`, `@tag`. */
  readonly supergraphSchema: GraphQLSchema;
  readonly planner: Planner;
  /** Where each subgraph answers. */
  readonly addresses: ReadonlyMap<string, URL>;
}

export interface SupergraphOptions {
  /** Exactly one for each subgraph. Without them the URLs in the supergraph itself are used. */
  readonly addresses?: ReadonlyMap<string, URL>;
}

/**
 * Loads a supergraph and starts its planner; `planner.close()` frees it.
 *
 * @throws ConfigError that names every subgraph without an address and every address without a subgraph
 * @throws Error that says why the SDL is not a supergraph
 */
export async function loadSupergraph(sdl: string, options: SupergraphOptions = {}): Promise<LoadedSupergraph> {
  const started = await startPlannerThread(sdl);
  try {
    return {
      id: createHash("sha256").update(sdl).digest("base64url"),
      sdl,
      schema: buildSchema(started.apiSdl, { noLocation: true }),
      supergraphSchema: buildASTSchema(parse(sdl, { noLocation: true }), { assumeValidSDL: true }),
      planner: started.planner,
      addresses: options.addresses ? requireAddresses(started, options.addresses) : ownAddresses(started),
    };
  } catch (error) {
    await started.planner.close();
    throw error;
  }
}

function requireAddresses({ subgraphs }: StartedPlanner, addresses: ReadonlyMap<string, URL>) {
  const names = subgraphs.map(({ name }) => name);
  const missing = names.filter((name) => !addresses.has(name));
  const unknown = [...addresses.keys()].filter((name) => !names.includes(name));
  const faults = [
    ...missing.map((name) => `HUIMIN_SUBGRAPHS has no address for the subgraph ${name}`),
    ...unknown.map((name) => `HUIMIN_SUBGRAPHS names ${name}, which is not a subgraph of the supergraph`),
  ];
  if (faults.length > 0) throw new ConfigError("gateway", faults);
  return addresses;
}

function ownAddresses({ subgraphs }: StartedPlanner): ReadonlyMap<string, URL> {
  const homeless = subgraphs.filter(({ url }) => !URL.canParse(url));
  const faults = homeless.map(({ name }) => `the supergraph gives no usable URL for the subgraph ${name}`);
  if (faults.length > 0) throw new ConfigError("gateway", faults);
  return new Map(subgraphs.map(({ name, url }) => [name, new URL(url)]));
}
