/**
 * A boundary that remembers. It answers what it has, asks the boundary behind it for the rest, and keeps
 * that as long as the schema's hints and the answer's own headers both allow.
 */
import type { GraphQLSchema } from "graphql";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import type { Errand } from "../admission/admit.ts";
import type { Boundary, DirectBoundary, SubgraphRequest } from "../boundary/boundary.ts";
import type { CacheParts } from "./asking.ts";
import { answerEntities } from "./entities.ts";
import { entityNamesIn } from "./entity-keys.ts";
import { createPolicies } from "./policy.ts";
import { answerRoot } from "./root.ts";
import { createSealer } from "./seal.ts";
import { createShelf } from "./shelf.ts";
import { createInvalidation, createTags, type Invalidate, newVersion, versionLife } from "./tags.ts";

export interface EntityCacheOptions {
  /** Who is asked for what is not kept. Not closed with the cache: others may use it. */
  readonly boundary: DirectBoundary;
  /** The generation: nothing is shared between two of them. */
  readonly supergraph: { readonly id: string; readonly supergraphSchema: GraphQLSchema };
  readonly store: KeyValueStore;
  /** 32 random bytes, the same for all processes that share the store. */
  readonly secret: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export interface EntityCache extends Boundary {
  readonly invalidate: Invalidate;
  /** Lets what is being written be written. */
  close(): Promise<void>;
}

/** Puts a cache around a boundary. Without hints in the supergraph nothing is ever kept. */
export function createEntityCache({ boundary, supergraph, store, secret, now }: EntityCacheOptions): EntityCache {
  const { id, supergraphSchema } = supergraph;
  const sealer = createSealer(secret);
  const tags = createTags(sealer);
  const shelf = createShelf(store, now ?? Date.now);
  const namesOf = entityNamesIn(supergraphSchema);
  const cache: CacheParts = { boundary, shelf, sealer, tags, namesOf, supergraphId: id };
  const policies = createPolicies(supergraphSchema);
  const policyOf = (subgraph: string, { kind, query }: SubgraphRequest) =>
    kind === "query" ? policies?.(subgraph, query) : undefined;

  /** Whoever has changed something sees it changed: what was kept for her alone is forgotten. */
  const forgetOwn = async (subgraph: string, { admitted, log }: Errand) => {
    if (admitted.kind !== "signed in") return;
    try {
      await store.set(tags.subject(subgraph, admitted.caller.subject), newVersion(), versionLife);
    } catch (error) {
      log.warn({ err: error }, "what was kept could not be forgotten");
    }
  };
  return {
    async call(subgraph, request, errand) {
      const { admitted } = errand;
      const policy = admitted.kind === "signed in" ? policyOf(subgraph, request) : undefined;
      if (admitted.kind !== "signed in" || !policy) {
        const answer = await boundary.call(subgraph, request, errand);
        if (policies && request.kind === "mutation") await forgetOwn(subgraph, errand);
        return answer;
      }
      const asking = { subgraph, request, errand, caller: admitted.caller };
      if (policy.kind === "root") return await answerRoot(cache, asking, policy.policy);
      return await answerEntities(cache, asking, policy.lists);
    },
    close: shelf.settle,
    invalidate: createInvalidation(store, tags, namesOf),
  };
}
