/** Fetched data goes into the tree of the request. */
import type { FetchDataRewrite } from "@apollo/query-planner";
import { type FieldNode, Kind, type SelectionSetNode } from "graphql";
import { responseName } from "./fetch-operation.ts";
import { copyOf, isInherited, isTree, put, read, type Tree } from "./tree.ts";
import type { TypeConditions } from "./type-conditions.ts";

/** Writes what was fetched of an object into it. */
export type Merge = (target: Tree, source: Tree) => void;

/**
 * Compiles the merge of a fetch.
 *
 * @param renamed names that rewrites give to members, beside those that are selected
 * @param contested tells of a member whether other fetches write into it as well: then it is merged deeply,
 * and never shared between the entities that were answered by one representation
 */
export function compileMerge(
  selectionSet: SelectionSetNode,
  renamed: readonly string[],
  contested: (name: string) => boolean,
  conditions: TypeConditions,
): Merge {
  const scalars = new Set(selectedNames(selectionSet, (field) => !field.selectionSet));
  const members = [...new Set([...selectedNames(selectionSet), ...renamed])];
  const plain = members.filter(
    (name) => name !== "__typename" && !isInherited(name) && (scalars.has(name) || !contested(name)),
  );
  const careful = members.filter((name) => name !== "__typename" && !plain.includes(name));
  const typed = members.includes("__typename");
  return (target, source) => {
    for (const name of plain) {
      const value = source[name];
      if (value !== undefined) target[name] = value;
    }
    if (typed && !(target.__typename && conditions.isInterface(source.__typename))) {
      target.__typename = source.__typename ?? target.__typename;
    }
    for (const name of careful) mergeMember(target, name, read(source, name));
  };
}

/** The names that rewrites give to members. */
export function renamedMembers(rewrites: readonly FetchDataRewrite[]): string[] {
  return rewrites.flatMap((rewrite) => (rewrite.kind === "KeyRenamer" ? [rewrite.renameKeyTo] : []));
}

/** The response names of a selection set whatever the type. */
export function selectedNames(
  { selections }: SelectionSetNode,
  wanted: (field: FieldNode) => boolean = () => true,
): string[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return wanted(selection) ? [responseName(selection)] : [];
    return selection.kind === Kind.INLINE_FRAGMENT ? selectedNames(selection.selectionSet, wanted) : [];
  });
}

function mergeMember(target: Tree, name: string, value: unknown): void {
  if (value === undefined) return;
  const present = read(target, name);
  if (!mergeInto(present, value)) put(target, name, copyOf(value));
}

/** Merges objects with objects and items with items; false when one does not fit the other. */
function mergeInto(target: unknown, source: unknown): boolean {
  if (Array.isArray(target) && Array.isArray(source) && target.length === source.length) {
    for (const [index, item] of source.entries()) {
      if (!mergeInto(target[index], item) && item !== null) target[index] = copyOf(item);
    }
    return true;
  }
  if (!isTree(target) || !isTree(source)) return false;
  for (const name of Object.keys(source)) mergeMember(target, name, source[name]);
  return true;
}
