/** Queries for root fields: the whole answer is one entry. */
import type { SubgraphAnswer } from "../boundary/boundary.ts";
import { type Asking, type CacheParts, cacheabilityOf, commonTags, groupFor } from "./asking.ts";
import type { EntryPolicy } from "./policy.ts";

/** Answers from the entry, or asks and keeps. */
export async function answerRoot(cache: CacheParts, asking: Asking, policy: EntryPolicy): Promise<SubgraphAnswer> {
  const { subgraph, request, errand } = asking;
  const group = groupFor(cache, asking, policy.scope, request.query);
  const slot = { group, member: "", scope: policy.scope, tags: commonTags(cache, asking, policy) };
  const reading = await cache.shelf.read([slot], errand.log);
  const [kept] = reading.kept;
  if (kept) return { data: JSON.parse(kept.text), errors: [], cacheability: kept.cacheability };
  const { data, errors, http } = await cache.boundary.call(subgraph, request, errand);
  const cacheability = errors.length === 0 ? cacheabilityOf(policy, http) : undefined;
  if (data === null || !cacheability) return { data, errors };
  if (cacheability.scope === policy.scope) reading.keep(0, JSON.stringify(data), cacheability);
  return { data, errors, cacheability };
}
