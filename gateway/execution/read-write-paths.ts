/**
 * Which places of the answer a fetch reads and writes. A place is its response names joined by dots; items
 * of lists and types do not matter here, so that two places count as one rather than one as two.
 */
import type { FetchDataRewrite, QueryPlanSelectionNode } from "@apollo/query-planner";
import { Kind, type SelectionSetNode } from "graphql";
import { responseName } from "./fetch-operation.ts";
import { everyItem, type TargetPath } from "./tree.ts";

/** The place that a path leads to. */
export function placeOf(path: TargetPath): string {
  return path.filter((step) => step !== everyItem).join(".");
}

/** What a fetch reads. */
export interface ReadPaths {
  /** What must be there before it can be sent. */
  readonly needed: ReadonlySet<string>;
  /** Names of types: planners leave them out where a type is known, but whoever writes one goes first. */
  readonly useful: ReadonlySet<string>;
}

/** What a fetch for a path reads: the way there, and what it requires. */
export function readPaths(path: TargetPath, requires: readonly QueryPlanSelectionNode[] | undefined): ReadPaths {
  const reads = { needed: new Set<string>(), useful: new Set<string>() };
  const names = path.filter((step) => step !== everyItem);
  for (let length = 1; length <= names.length; length++) reads.needed.add(names.slice(0, length).join("."));
  addRequired(reads, placeOf(path), requires ?? []);
  return reads;
}

function addRequired(
  reads: { readonly needed: Set<string>; readonly useful: Set<string> },
  base: string,
  selections: readonly QueryPlanSelectionNode[],
): void {
  for (const selection of selections) {
    if (selection.kind === "InlineFragment") addRequired(reads, base, selection.selections);
    else {
      const place = within(base, selection.alias ?? selection.name);
      (selection.name === "__typename" ? reads.useful : reads.needed).add(place);
      addRequired(reads, place, selection.selections ?? []);
    }
  }
}

/** What is there after a fetch was answered. */
export function writtenPaths(
  path: TargetPath,
  selectionSet: SelectionSetNode,
  rewrites: readonly FetchDataRewrite[],
): ReadonlySet<string> {
  const places = new Set<string>();
  addSelected(places, placeOf(path), selectionSet, renamedTo(rewrites));
  return places;
}

function addSelected(
  places: Set<string>,
  base: string,
  { selections }: SelectionSetNode,
  renamed: ReadonlyMap<string, string>,
): void {
  for (const selection of selections) {
    if (selection.kind === Kind.INLINE_FRAGMENT) addSelected(places, base, selection.selectionSet, renamed);
    if (selection.kind !== Kind.FIELD) continue;
    const name = responseName(selection);
    for (const each of [name, renamed.get(name)]) {
      if (each === undefined) continue;
      const place = within(base, each);
      places.add(place);
      if (selection.selectionSet) addSelected(places, place, selection.selectionSet, renamed);
    }
  }
}

function renamedTo(rewrites: readonly FetchDataRewrite[]): ReadonlyMap<string, string> {
  return new Map(
    rewrites.flatMap((rewrite): [string, string][] => {
      const name = rewrite.path.at(-1);
      return rewrite.kind === "KeyRenamer" && name !== undefined ? [[name, rewrite.renameKeyTo]] : [];
    }),
  );
}

function within(base: string, name: string): string {
  return base === "" ? name : `${base}.${name}`;
}
