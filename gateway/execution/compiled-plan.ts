/** A plan compiled for any number of runs. */
import type { FetchNode, PlanNode } from "@apollo/query-planner";
import { type Call, type EntityFetches, planCalls } from "./calls.ts";
import { compileEntityList, type EntityList } from "./entities.ts";
import { type FetchPaths, fetchPaths } from "./fetch-path.ts";
import { compileMerge, type Merge, renamedMembers, selectedNames } from "./merge.ts";
import { type DeferredPart, type Fetch, readPlan } from "./plan-graph.ts";
import { placeOf } from "./read-write-paths.ts";
import { compileRewrites, type Rewrite } from "./rewrites.ts";
import type { TypeConditions } from "./type-conditions.ts";

/** What is compiled for a fetch of root fields. */
export interface RootFields {
  readonly rewrite: Rewrite | undefined;
  readonly merge: Merge;
  /** The names of its fields, said when all are lost. */
  readonly names: readonly string[];
}

export interface CompiledCall extends Pick<Call, "subgraph" | "fetches" | "template"> {
  /** Empty when it asks for root fields. */
  readonly lists: readonly EntityList[];
}

export interface CompiledPlan {
  readonly fetches: readonly Fetch[];
  readonly calls: readonly CompiledCall[];
  /** The call of each fetch, by the fetch's index; undefined for the event of a subscription. */
  readonly callOf: readonly (CompiledCall | undefined)[];
  /** The fetches that wait for each fetch, by its index. */
  readonly dependents: readonly (readonly Fetch[])[];
  /** By the index of the fetch; undefined for entities. */
  readonly roots: readonly (RootFields | undefined)[];
  readonly paths: FetchPaths;
  readonly conditions: TypeConditions;
  /** False when what an object holds depends on where it stands (`@fromContext`). */
  readonly intern: boolean;
  readonly deferred: readonly DeferredPart[];
  /** The lists of entities that put shared objects at a place. */
  readonly sharedAt: (place: string) => readonly number[];
}

/**
 * Compiles a plan.
 *
 * @param event the fetch of a subscription whose events the runs start with
 */
export function compilePlan(
  root: PlanNode | undefined,
  event: FetchNode | undefined,
  conditions: TypeConditions,
): CompiledPlan {
  const { fetches, deferred } = readPlan(root, event);
  const intern = fetches.every(({ contextRewrites }) => contextRewrites.length === 0);
  const contested = contestedMembers(fetches, intern);
  const calls = planCalls(event ? fetches.slice(1) : fetches).map(
    (call): CompiledCall => ({
      ...call,
      lists: call.lists.map((list) => compileEntityList(list, conditions, contestedIn(contested, list))),
    }),
  );
  const sharedAt = sharedPlaces(calls);
  return {
    fetches,
    calls,
    callOf: fetches.map((fetch) => calls.find((call) => call.fetches.includes(fetch))),
    dependents: fetches.map((fetch) => fetches.filter(({ after }) => after.includes(fetch))),
    roots: fetches.map((fetch) => compileRoot(fetch, contested, conditions)),
    paths: fetchPaths(fetches, sharedAt),
    conditions,
    intern,
    deferred,
    sharedAt,
  };
}

function compileRoot(fetch: Fetch, contested: Contested, conditions: TypeConditions): RootFields | undefined {
  if (fetch.requires) return undefined;
  const { operation, outputRewrites, path } = fetch;
  return {
    rewrite: compileRewrites(outputRewrites, conditions),
    merge: compileMerge(
      operation.selectionSet,
      renamedMembers(outputRewrites),
      (name) => contested(placeOf(path), name),
      conditions,
    ),
    names: selectedNames(operation.selectionSet).filter((name) => name !== "__typename"),
  };
}

type Contested = (place: string, name: string) => boolean;

/** Members that more than one fetch writes. Where the place of an object matters, none is ever shared. */
function contestedMembers(fetches: readonly Fetch[], intern: boolean): Contested {
  const writers = new Map<string, number>();
  for (const place of fetches.flatMap(({ writes }) => [...writes])) writers.set(place, (writers.get(place) ?? 0) + 1);
  return (place, name) => !intern || (writers.get(place === "" ? name : `${place}.${name}`) ?? 0) > 1;
}

function contestedIn(contested: Contested, { fetches }: EntityFetches): (name: string) => boolean {
  return (name) => fetches.some(({ path }) => contested(placeOf(path), name));
}

/** An entity is shared where it stands; what it brought along is shared in its members. */
function sharedPlaces(calls: readonly CompiledCall[]): CompiledPlan["sharedAt"] {
  const places = new Map<string, number[]>();
  for (const { index, fetches, names } of calls.flatMap(({ lists }) => lists)) {
    for (const { path } of fetches) {
      const place = placeOf(path);
      for (const each of [place, ...names.map((name) => (place === "" ? name : `${place}.${name}`))]) {
        const lists = places.get(each);
        if (lists) lists.push(index);
        else places.set(each, [index]);
      }
    }
  }
  return (place) => places.get(place) ?? [];
}
