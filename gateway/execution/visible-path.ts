/** Paths as the caller knows them: fields that a plan adds for itself are none of hers. */
import { Kind, type SelectionSetNode } from "graphql";
import { responseName } from "./fetch-operation.ts";
import type { ResponsePath } from "./tree.ts";
import type { Fragments } from "./write/selected-fields.ts";

/** Turns a path of the gateway into one of the caller's. */
export type VisiblePath = (path: ResponsePath) => ResponsePath;

/**
 * Makes the function that cuts a path where it leaves what is selected, and gives its names as the caller
 * knows them.
 */
export function createVisiblePath(
  selectionSet: SelectionSetNode,
  fragments: Fragments,
  responseNames: ReadonlyMap<string, string>,
): VisiblePath {
  const selected = createSelectedPath(selectionSet, fragments);
  if (responseNames.size === 0) return selected;
  return (path) => selected(path).map((step) => (typeof step === "string" ? (responseNames.get(step) ?? step) : step));
}

function createSelectedPath(selectionSet: SelectionSetNode, fragments: Fragments): VisiblePath {
  return (path) => {
    let current: readonly SelectionSetNode[] = [selectionSet];
    for (const [index, step] of path.entries()) {
      if (typeof step === "number") continue;
      const found = current.flatMap((each) => selectionsOf(each, step, fragments));
      if (found.length === 0) return path.slice(0, index);
      current = found.filter((each) => each !== undefined);
    }
    return path;
  };
}

/** What is selected in the fields of that response name; undefined for a field without selections. */
function selectionsOf(
  { selections }: SelectionSetNode,
  name: string,
  fragments: Fragments,
): readonly (SelectionSetNode | undefined)[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return responseName(selection) === name ? [selection.selectionSet] : [];
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments[selection.name.value] : selection;
    return fragment ? selectionsOf(fragment.selectionSet, name, fragments) : [];
  });
}
