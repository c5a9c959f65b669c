/** The data of a request while it is put together: objects as they came from JSON, written into in place. */

/** An object of an answer, by response names. */
export type Tree = Record<string, unknown>;

/** Where something stands in an answer. */
export type ResponsePath = readonly (string | number)[];

/** A path into lists and objects as plans write it: response names, and `@` for all items of a list. */
export type TargetPath = readonly string[];

export const everyItem = "@";

export function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Whether a response name is also a member of every JavaScript object, such as `constructor`. Such a name
 * must be looked for among the object's own members only, and must never be assigned.
 */
export function isInherited(name: string): boolean {
  return name in Object.prototype;
}

/** The member of an object, or undefined. */
export function read(object: Tree, name: string): unknown {
  return isInherited(name) && !Object.hasOwn(object, name) ? undefined : object[name];
}

/** Sets a member of an object, whatever its name. */
export function put(object: Tree, name: string, value: unknown): void {
  if (isInherited(name)) {
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  } else object[name] = value;
}

/** A copy that shares nothing. */
export function copyOf(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/** Everything at a path, each once, without nulls. */
export function valuesAt(root: Tree, path: TargetPath): unknown[] {
  let current: unknown[] = [root];
  for (const step of path) current = distinct(stepInto(current, step));
  return current;
}

/** What a step leads to, without nulls. What is in several places comes once for each. */
export function stepInto(values: readonly unknown[], step: TargetPath[number]): unknown[] {
  return step === everyItem ? itemsOf(values) : membersOf(values, step);
}

function itemsOf(lists: readonly unknown[]): unknown[] {
  const items: unknown[] = [];
  for (const list of lists) {
    if (!Array.isArray(list)) continue;
    for (const item of list) if (item !== null && item !== undefined) items.push(item);
  }
  return items;
}

function membersOf(objects: readonly unknown[], name: string): unknown[] {
  const members: unknown[] = [];
  for (const object of objects) {
    if (!isTree(object)) continue;
    const member = read(object, name);
    if (member !== null && member !== undefined) members.push(member);
  }
  return members;
}

/** Each value once. */
export function distinct(values: unknown[]): unknown[] {
  return values.length < 2 ? values : [...new Set(values)];
}
