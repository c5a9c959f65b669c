/** `@fromContext`: values of ancestors that a fetch takes as variables. */
import type { Fetch } from "./plan-graph.ts";
import { everyItem, isTree, read, type Tree } from "./tree.ts";
import type { TypeConditions } from "./type-conditions.ts";

/** Objects whose ancestors agree on all values that a fetch takes. */
export interface ContextGroup {
  readonly objects: ReadonlySet<unknown>;
  /** JSON members of the variables: `"contextualArgument_1_0":"EUR"`. */
  readonly variables: string;
}

/** An object with the objects that it is in, the root first and itself last. */
type Lineage = readonly Tree[];

/** Groups the objects at the path of a fetch by what their ancestors say. */
export function contextGroups(root: Tree, fetch: Fetch, conditions: TypeConditions): readonly ContextGroup[] {
  const groups = new Map<string, Set<unknown>>();
  for (const lineage of lineagesAt(root, fetch)) {
    const variables = fetch.contextRewrites
      .flatMap(({ path, renameKeyTo }) => {
        const value = valueFor(lineage, path, conditions);
        return value === undefined ? [] : [`${JSON.stringify(renameKeyTo)}:${JSON.stringify(value)}`];
      })
      .join();
    const group = groups.get(variables) ?? new Set();
    groups.set(variables, group.add(lineage.at(-1)));
  }
  return [...groups].map(([variables, objects]) => ({ objects, variables }));
}

function lineagesAt(root: Tree, { path }: Fetch): Lineage[] {
  let current: { readonly value: unknown; readonly lineage: Lineage }[] = [{ value: root, lineage: [root] }];
  for (const step of path) {
    current = current.flatMap(({ value, lineage }) => {
      const next =
        step === everyItem ? (Array.isArray(value) ? value : []) : [isTree(value) ? read(value, step) : null];
      return next.map((each: unknown) => ({ value: each, lineage: isTree(each) ? [...lineage, each] : lineage }));
    });
  }
  return current.filter(({ value }) => isTree(value)).map(({ lineage }) => lineage);
}

/** Each `..` goes to the object around; a type condition must hold where it stands. */
function valueFor(lineage: Lineage, path: readonly string[], conditions: TypeConditions): unknown {
  let up = 0;
  while (path[up] === "..") up++;
  let value: unknown = lineage.at(-1 - up);
  for (const step of path.slice(up)) {
    if (!isTree(value)) return undefined;
    const condition = /^\.\.\. on (?<type>.+)$/.exec(step)?.groups?.type;
    if (condition === undefined) value = read(value, step);
    else if (typeof value.__typename === "string" && !conditions.holds(condition, value.__typename)) return undefined;
  }
  return value;
}
