/** Which fetches wait for which: those whose data they read, whatever the planner's order. */
import type { Fetch, UnorderedFetch } from "./plan-graph.ts";
import { readPaths } from "./read-write-paths.ts";

/** Puts fetches in order. The order of the planner decides where data alone does not. */
export function orderFetches(unordered: readonly UnorderedFetch[]): readonly Fetch[] {
  const after = unordered.map((fetch) => new Set(dependencies(fetch, unordered)));
  for (const fetch of unordered) addLateWriters(fetch, unordered, after);
  return link(unordered, after);
}

/** Mutations run one after the other; contexts may come from anywhere above. */
function dependencies(fetch: UnorderedFetch, all: readonly UnorderedFetch[]): readonly number[] {
  const { before, path, requires, kind, contextRewrites } = fetch;
  if (kind === "mutation" || contextRewrites.length > 0) return before;
  const { needed, useful } = readPaths(path, requires);
  const reads = [...needed, ...useful];
  return before.filter((index) => reads.some((place) => all[index]?.writes.has(place)));
}

/**
 * Planners forget at times that a fetch reads what another beside it writes. What nobody writes before, it
 * then waits for, unless that waits for it in turn; what nobody writes at all, the planner knows.
 */
function addLateWriters(fetch: UnorderedFetch, all: readonly UnorderedFetch[], after: readonly Set<number>[]): void {
  const { needed } = readPaths(fetch.path, fetch.requires);
  const own = after[fetch.index];
  for (const place of needed) {
    if (!own || fetch.before.some((index) => all[index]?.writes.has(place))) continue;
    const late = all.filter(({ index, writes }) => writes.has(place) && !reaches(after, index, fetch.index));
    for (const index of late.length > 0 ? late.map((writer) => writer.index) : fetch.before) own.add(index);
  }
}

/** Whether `from` is `to`, or waits for it, at whatever distance. */
function reaches(after: readonly ReadonlySet<number>[], from: number, to: number): boolean {
  const seen = new Set([from]);
  for (const index of seen) for (const next of after[index] ?? []) seen.add(next);
  return seen.has(to);
}

function link(unordered: readonly UnorderedFetch[], after: readonly ReadonlySet<number>[]): readonly Fetch[] {
  const linked = new Map<number, Fetch>();
  const visit = (fetch: UnorderedFetch): Fetch => {
    const known = linked.get(fetch.index);
    if (known) return known;
    const previous = unordered.filter(({ index }) => after[fetch.index]?.has(index)).map(visit);
    const level = previous.reduce((highest, each) => Math.max(highest, each.level + 1), 0);
    const made: Fetch = { ...fetch, after: previous, level };
    linked.set(fetch.index, made);
    return made;
  };
  return unordered.map(visit);
}
