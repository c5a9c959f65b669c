/**
 * The calls to subgraphs that the fetches of a plan are put into: fetches of entities that may start at
 * the same time go to a subgraph together.
 */
import type { SubgraphRequest } from "../boundary/boundary.ts";
import { type MergedPart, mergeEntityOperations, representationsVariable } from "./fetch-operation.ts";
import type { Fetch } from "./plan-graph.ts";

/** Entities that are asked for in one list, though they may stand at several paths. */
export interface EntityFetches {
  /** Distinguishes it among all of the program. */
  readonly index: number;
  readonly fetches: readonly [Fetch, ...Fetch[]];
}

/** Fetches that are sent together when they are ready together. */
export interface Call {
  readonly subgraph: string;
  readonly fetches: readonly [Fetch, ...Fetch[]];
  /** Empty when it asks for root fields. */
  readonly lists: readonly EntityFetches[];
  /** The request without its variables' values, for the lists that have entities. */
  template(lists: readonly EntityFetches[]): RequestTemplate;
}

export interface RequestTemplate {
  readonly kind: SubgraphRequest["kind"];
  readonly query: string;
  readonly queryJson: string;
  /** Names of the variables of the client that it uses. */
  readonly variableUsages: readonly string[];
  /** For each list: its variable and its name in the answer. */
  readonly names: readonly { readonly variable: string; readonly responseName: string }[];
}

/** Lists of one call at most; each combination of them that comes up has an operation of its own. */
const maxLists = 16;

/** Puts fetches into calls. */
export function planCalls(fetches: readonly Fetch[]): readonly Call[] {
  const groups = new Map<string, [Fetch, ...Fetch[]]>();
  for (const fetch of fetches) {
    const key = togetherKey(fetch);
    const group = groups.get(key);
    if (group) group.push(fetch);
    else groups.set(key, [fetch]);
  }
  let lists = 0;
  return [...groups.values()].flatMap((group) =>
    chunks(entityLists(group, () => lists++)).map((chunk) => createCall(group[0], chunk)),
  );
}

/** What must agree for two fetches to be sent together. Mutations, root fields and contexts go alone. */
function togetherKey(fetch: Fetch): string {
  if (fetch.kind !== "query" || !fetch.requires || fetch.contextRewrites.length > 0) return String(fetch.index);
  const { subgraph, level, part, conditions, operation } = fetch;
  return JSON.stringify([subgraph, level, part, conditions, operation.directives]);
}

function entityLists([first, ...others]: readonly [Fetch, ...Fetch[]], nextIndex: () => number): EntityFetches[] {
  if (!first.requires) return [{ index: nextIndex(), fetches: [first] }];
  const lists = new Map<string, [Fetch, ...Fetch[]]>();
  for (const fetch of [first, ...others]) {
    const { operation, requires, inputRewrites, outputRewrites } = fetch;
    const key = JSON.stringify([operation.selection, requires, inputRewrites, outputRewrites]);
    const list = lists.get(key);
    if (list) list.push(fetch);
    else lists.set(key, [fetch]);
  }
  return [...lists.values()].map((fetches) => ({ index: nextIndex(), fetches }));
}

function chunks(lists: readonly EntityFetches[]): (readonly EntityFetches[])[] {
  const parts: (readonly EntityFetches[])[] = [];
  for (let start = 0; start < lists.length; start += maxLists) parts.push(lists.slice(start, start + maxLists));
  return parts;
}

function createCall(first: Fetch, lists: readonly EntityFetches[]): Call {
  const templates = new Map<string, RequestTemplate>();
  const fetches = lists.flatMap((list) => list.fetches);
  return {
    subgraph: first.subgraph,
    fetches: [fetches[0] ?? first, ...fetches.slice(1)],
    lists: first.requires ? lists : [],
    template(included) {
      const key = included.map(({ index }) => index).join();
      const template = templates.get(key) ?? createTemplate(included.length > 0 ? included : lists);
      templates.set(key, template);
      return template;
    },
  };
}

function createTemplate(lists: readonly EntityFetches[]): RequestTemplate {
  const operations = lists.map(({ fetches: [fetch] }) => fetch);
  const [only] = operations;
  const names =
    operations.length === 1
      ? [{ variable: representationsVariable, responseName: "_entities" }]
      : operations.map((_, index) => ({ variable: `${representationsVariable}_${index}`, responseName: `_${index}` }));
  const parts = operations.map(({ operation }, index): MergedPart => ({ operation, ...nameAt(names, index) }));
  const query = operations.length === 1 && only ? only.operation.text : mergeEntityOperations(parts);
  return {
    kind: only?.kind ?? "query",
    query,
    queryJson: JSON.stringify(query),
    variableUsages: [...new Set(operations.flatMap(({ variableUsages }) => variableUsages))],
    names,
  };
}

function nameAt(names: RequestTemplate["names"], index: number): RequestTemplate["names"][number] {
  const name = names[index];
  if (!name) throw new RangeError(`no name for list ${index}`);
  return name;
}
