/** What a plan wants changed in the data of a fetch before it is merged: aliases back to names. */
import type { FetchDataRewrite } from "@apollo/query-planner";
import { isTree, put, read, type Tree } from "./tree.ts";
import type { TypeConditions } from "./type-conditions.ts";

/** Changes data in place. */
export type Rewrite = (data: unknown) => void;

/** Compiles the rewrites of a fetch; undefined when it has none. */
export function compileRewrites(
  rewrites: readonly FetchDataRewrite[],
  conditions: TypeConditions,
): Rewrite | undefined {
  if (rewrites.length === 0) return undefined;
  const all = rewrites.map((rewrite) => compileRewrite(rewrite.path, rewrite, conditions));
  return (data) => {
    for (const rewrite of all) rewrite(data);
  };
}

function compileRewrite(
  [step = "", ...rest]: readonly string[],
  rewrite: FetchDataRewrite,
  conditions: TypeConditions,
): Rewrite {
  const condition = /^\.\.\. on (?<type>.+)$/.exec(step)?.groups?.type;
  const next = rest.length > 0 ? compileRewrite(rest, rewrite, conditions) : undefined;
  return forEachObject((object) => {
    if (condition !== undefined) {
      // The name of a type is not always asked for; then the condition is taken to hold.
      const { __typename: typename } = object;
      if (typeof typename !== "string" || conditions.holds(condition, typename)) next?.(object);
    } else if (next) next(read(object, step));
    else apply(object, step, rewrite);
  });
}

function apply(object: Tree, name: string, rewrite: FetchDataRewrite): void {
  if (rewrite.kind === "ValueSetter") {
    put(object, name, rewrite.setValueTo);
    return;
  }
  const value = read(object, name);
  if (value === undefined) return;
  delete object[name];
  put(object, rewrite.renameKeyTo, value);
}

function forEachObject(change: (object: Tree) => void): Rewrite {
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) walk(item);
    else if (isTree(value)) change(value);
  };
  return walk;
}
