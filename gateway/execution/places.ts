/** Where objects stand in the tree, in full. Looked for only when something has to be said about them. */
import { everyItem, isTree, type ResponsePath, read, type TargetPath, type Tree } from "./tree.ts";

/** Something in the tree and one of the paths to it. */
export interface Placed {
  readonly value: unknown;
  readonly path: ResponsePath;
}

/** Everything at a path, without nulls; something shared comes once for each place. */
export function placesAt(root: Tree, path: TargetPath): Placed[] {
  return path.reduce<Placed[]>(
    (current, step) => current.flatMap((placed) => (step === everyItem ? items(placed) : member(placed, step))),
    [{ value: root, path: [] }],
  );
}

/**
 * The same for a path that says nothing of lists, only of names and of types (`... on Type`).
 *
 * @param holds whether a type condition holds for an object
 */
export function placesAtNames(
  root: Tree,
  steps: readonly string[],
  holds: (condition: string, object: Tree) => boolean,
): Placed[] {
  return steps.reduce<Placed[]>(
    (current, step) => {
      const condition = /^\.\.\. on (?<type>.+)$/.exec(step)?.groups?.type;
      if (condition === undefined) return current.flatMap((placed) => member(placed, step).flatMap(innermost));
      return current.filter(({ value }) => isTree(value) && holds(condition, value));
    },
    [{ value: root, path: [] }],
  );
}

function innermost(placed: Placed): Placed[] {
  return Array.isArray(placed.value) ? items(placed).flatMap(innermost) : [placed];
}

function items({ value, path }: Placed): Placed[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown, index) =>
    item === null || item === undefined ? [] : [{ value: item, path: [...path, index] }],
  );
}

function member({ value, path }: Placed, name: string): Placed[] {
  const found = isTree(value) ? read(value, name) : undefined;
  return found === null || found === undefined ? [] : [{ value: found, path: [...path, name] }];
}
