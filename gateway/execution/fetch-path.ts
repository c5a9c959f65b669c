/** The paths of fetches, and what is known of the objects there before anything runs. */
import type { Fetch } from "./plan-graph.ts";
import { placeOf } from "./read-write-paths.ts";
import { distinct, isInherited, stepInto, type TargetPath, type Tree } from "./tree.ts";

/** Where a fetch finds its objects. Fetches that go to the same place have one in common. */
export interface FetchPath {
  readonly index: number;
  readonly steps: TargetPath;
  /** After each step: the lists of entities by which something there may stand in several places. */
  readonly sharing: readonly (readonly number[])[];
  /** All that an object there can hold and that is ever read; undefined when some of it cannot be compared. */
  readonly members: readonly string[] | undefined;
}

export interface FetchPaths {
  /** By the index of the fetch. */
  readonly of: readonly FetchPath[];
  /** By the index of a fetch: the paths along which it puts objects. */
  readonly reshaped: readonly (readonly FetchPath[])[];
}

/** Finds the paths of a plan's fetches. */
export function fetchPaths(fetches: readonly Fetch[], sharedAt: (place: string) => readonly number[]): FetchPaths {
  const paths = new Map<string, FetchPath>();
  const of = fetches.map(({ path }) => {
    const key = JSON.stringify(path);
    const known = paths.get(key) ?? {
      index: paths.size,
      steps: path,
      sharing: path.map((_, last) => sharedAt(placeOf(path.slice(0, last + 1)))),
      members: membersAt(placeOf(path), fetches),
    };
    paths.set(key, known);
    return known;
  });
  const reshaped = fetches.map(({ writes }) =>
    [...paths.values()].filter(({ steps }) => steps.some((_, last) => writes.has(placeOf(steps.slice(0, last + 1))))),
  );
  return { of, reshaped };
}

function membersAt(place: string, fetches: readonly Fetch[]): readonly string[] | undefined {
  const prefix = place === "" ? "" : `${place}.`;
  const names = fetches
    .flatMap(({ writes }) => [...writes])
    .filter((written) => written.startsWith(prefix))
    .map((written) => written.slice(prefix.length))
    .filter((name) => !name.includes("."));
  return names.some(isInherited) ? undefined : [...new Set(["__typename", ...names])];
}

/**
 * What the last step of a path is taken from, each once.
 *
 * @param shared by the index of a list of entities: whether something of it stands in several places
 */
export function parentsAt(root: Tree, { steps, sharing }: FetchPath, shared: readonly boolean[]): readonly unknown[] {
  let current: unknown[] = [root];
  for (let index = 0; index < steps.length - 1; index++) {
    current = stepInto(current, steps[index] ?? "");
    if (anyShared(sharing[index], shared)) current = distinct(current);
  }
  return current;
}

/** Whether objects of any of these lists stand in several places. */
export function anyShared(lists: readonly number[] = [], shared: readonly boolean[]): boolean {
  for (const list of lists) if (shared[list]) return true;
  return false;
}
