/** What every way to answer from the cache works with. */
import type { Caller } from "../../trust/caller.ts";
import type { Errand } from "../admission/admit.ts";
import type { Cacheability, DirectBoundary, SubgraphRequest } from "../boundary/boundary.ts";
import type { HttpFreshness } from "../boundary/http-freshness.ts";
import { flightKey } from "../boundary/in-flight.ts";
import { callerKey } from "./caller-key.ts";
import type { EntityNames } from "./entity-keys.ts";
import type { EntryPolicy } from "./policy.ts";
import type { Group, Sealer } from "./seal.ts";
import type { Shelf } from "./shelf.ts";
import type { Tags } from "./tags.ts";

export interface CacheParts {
  readonly boundary: DirectBoundary;
  readonly shelf: Shelf;
  readonly sealer: Sealer;
  readonly tags: Tags;
  readonly namesOf: EntityNames;
  /** The generation of the supergraph. */
  readonly supergraphId: string;
}

/** One call of somebody who is signed in. */
export interface Asking {
  readonly subgraph: string;
  readonly request: SubgraphRequest;
  readonly errand: Errand;
  readonly caller: Caller;
}

/** The group of the entries for one selection. */
export function groupFor(
  { sealer, supergraphId }: CacheParts,
  { subgraph, request, caller }: Asking,
  scope: EntryPolicy["scope"],
  selection: string,
): Group {
  return sealer.group(
    flightKey(supergraphId, subgraph, callerKey(scope, subgraph, caller), selection, request.variables),
  );
}

/** The tags that every entry of a policy bears. */
export function commonTags(
  { tags }: CacheParts,
  { subgraph, caller }: Asking,
  { scope, contains }: EntryPolicy,
): readonly string[] {
  return [
    tags.everything(subgraph),
    ...contains.map((type) => tags.inside(subgraph, type)),
    ...(scope === "PRIVATE" ? [tags.subject(subgraph, caller.subject)] : []),
  ];
}

/** How long what was fetched may be kept: as the schema and the answer's headers both allow. */
export function cacheabilityOf(policy: EntryPolicy, http: HttpFreshness | undefined): Cacheability | undefined {
  if (!http?.storable) return undefined;
  const { ageSeconds } = http;
  const maxAgeSeconds = Math.min(policy.maxAgeSeconds, http.maxAgeSeconds);
  if (maxAgeSeconds - ageSeconds < 1) return undefined;
  return { maxAgeSeconds, ageSeconds, scope: http.personal ? "PRIVATE" : policy.scope };
}
