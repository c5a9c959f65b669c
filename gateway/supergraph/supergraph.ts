/** Where the schema comes from: the supergraph that the subgraphs' SDL composes to. */
import { createHash } from "node:crypto";
import { buildASTSchema, buildSchema, type GraphQLSchema, parse } from "graphql";
import { ConfigError } from "../../platform/config.ts";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import type { Logger } from "../../platform/log.ts";
import type { Planner } from "../planning/planner.ts";
import { type StartedPlanner, startPlannerThread } from "../planning/planner-thread.ts";
import { rememberPlans } from "../planning/stored-plans.ts";

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
  /** The subgraphs on paper that stand for announced events, each with the subgraph that announces them. */
  readonly announcers: ReadonlyMap<string, string>;
}

export interface SupergraphOptions {
  /** Exactly one for each subgraph. Without them the URLs in the supergraph itself are used. */
  readonly addresses?: ReadonlyMap<string, URL>;
  /** Whether there may be addresses of subgraphs that do not exist yet, or no more. */
  readonly spareAddresses?: boolean;
  /** Where plans are kept for other processes. */
  readonly plans?: { readonly store: KeyValueStore; readonly log: Logger };
}

/**
 * Loads a supergraph and starts its planner; `planner.close()` frees it.
 *
 * @throws ConfigError that names every subgraph without an address and every address without a subgraph
 * @throws Error that says why the SDL is not a supergraph
 */
export async function loadSupergraph(sdl: string, options: SupergraphOptions = {}): Promise<LoadedSupergraph> {
  const started = await startPlannerThread(sdl);
  const { plans } = options;
  const id = createHash("sha256").update(sdl).digest("base64url");
  try {
    return {
      id,
      sdl,
      schema: buildSchema(started.apiSdl, { noLocation: true }),
      supergraphSchema: buildASTSchema(parse(sdl, { noLocation: true }), { assumeValidSDL: true }),
      planner: plans
        ? rememberPlans(started.planner, `${started.version}:${id}`, plans.store, plans.log)
        : started.planner,
      addresses: options.addresses ? requireAddresses(started, options.addresses, options) : ownAddresses(started),
      announcers: announcersOf(started),
    };
  } catch (error) {
    await started.planner.close();
    throw error;
  }
}

/** How composition writes the URL of a subgraph on paper; see `schema/events.ts`. */
const announcedBy = "events:";

function announcersOf({ subgraphs }: StartedPlanner): LoadedSupergraph["announcers"] {
  const onPaper = subgraphs.filter(({ url }) => url.startsWith(announcedBy));
  return new Map(onPaper.map(({ name, url }) => [name, url.slice(announcedBy.length)]));
}

/** The subgraphs that can be called. */
function answering({ subgraphs }: StartedPlanner): StartedPlanner["subgraphs"] {
  return subgraphs.filter(({ url }) => !url.startsWith(announcedBy));
}

function requireAddresses(
  started: StartedPlanner,
  addresses: ReadonlyMap<string, URL>,
  { spareAddresses = false }: SupergraphOptions,
) {
  const names = answering(started).map(({ name }) => name);
  const missing = names.filter((name) => !addresses.has(name));
  const unknown = spareAddresses ? [] : [...addresses.keys()].filter((name) => !names.includes(name));
  const faults = [
    ...missing.map((name) => `HUIMIN_SUBGRAPHS has no address for the subgraph ${name}`),
    ...unknown.map((name) => `HUIMIN_SUBGRAPHS names ${name}, which is not a subgraph of the supergraph`),
  ];
  if (faults.length > 0) throw new ConfigError("gateway", faults);
  return addresses;
}

function ownAddresses(started: StartedPlanner): ReadonlyMap<string, URL> {
  const subgraphs = answering(started);
  const homeless = subgraphs.filter(({ url }) => !URL.canParse(url));
  const faults = homeless.map(({ name }) => `the supergraph gives no usable URL for the subgraph ${name}`);
  if (faults.length > 0) throw new ConfigError("gateway", faults);
  return new Map(subgraphs.map(({ name, url }) => [name, new URL(url)]));
}
