/** One list of entities of a call: who is asked for, and where the answers go. */
import type { EntityFetches } from "./calls.ts";
import { compileMerge, type Merge, renamedMembers, selectedNames } from "./merge.ts";
import { placesAt } from "./places.ts";
import type { Fetch } from "./plan-graph.ts";
import { compileRepresentation, type WriteRepresentation } from "./representation.ts";
import { compileRewrites, type Rewrite } from "./rewrites.ts";
import { everyItem, isTree, put, type ResponsePath, read, type TargetPath, type Tree, valuesAt } from "./tree.ts";
import type { TypeConditions } from "./type-conditions.ts";

/** A list of entities with what is compiled for it. */
export interface EntityList extends EntityFetches {
  readonly represent: WriteRepresentation;
  readonly rewrite: Rewrite | undefined;
  readonly merge: Merge;
  /** The names of its fields, said when the whole list is lost. */
  readonly names: readonly string[];
}

/** Compiles a list. `contested`: see {@link compileMerge}. */
export function compileEntityList(
  { index, fetches }: EntityFetches,
  conditions: TypeConditions,
  contested: (name: string) => boolean,
): EntityList {
  const [{ requires = [], inputRewrites, outputRewrites, operation }] = fetches;
  return {
    index,
    fetches,
    represent: compileRepresentation(requires, inputRewrites, conditions),
    rewrite: compileRewrites(outputRewrites, conditions),
    merge: compileMerge(operation.selectionSet, renamedMembers(outputRewrites), contested, conditions),
    names: selectedNames(operation.selectionSet).filter((name) => name !== "__typename"),
  };
}

/** Entities that are asked for, each representation once, and the objects that wait for them. */
export class Wanted {
  readonly list: EntityList;
  /** JSON texts, each once. */
  readonly representations: string[] = [];
  readonly #indices = new Map<string, number>();
  readonly #targets: Tree[] = [];
  readonly #indexOfTarget: number[] = [];

  readonly #only: ReadonlySet<unknown> | undefined;

  /** @param only the objects that may be asked for; all when missing */
  constructor(list: EntityList, only?: ReadonlySet<unknown>) {
    this.list = list;
    this.#only = only;
  }

  /** True when an answer will go into several objects. */
  get shared(): boolean {
    return this.#targets.length > this.representations.length;
  }

  /**
   * Adds all entities at the path of a fetch. Objects that are alike in every respect become one, so that
   * what follows (fetches, merges, the writing) is done once for all of their places.
   *
   * @returns whether objects became one
   */
  collect(root: Tree, { path }: Fetch, intern: boolean): boolean {
    const last = path.at(-1);
    const first = new Map<number, Tree>();
    let interned = false;
    const take = (value: unknown, parent: unknown, key: string | number): void => {
      if (!isTree(value) || (this.#only && !this.#only.has(value))) return;
      const index = this.#represent(value);
      if (index === undefined) return;
      const twin = intern ? first.get(index) : undefined;
      if (twin === value) return;
      if (twin && alike(twin, value)) {
        interned = true;
        replaceIn(parent, key, twin);
        return;
      }
      first.set(index, value);
      this.#targets.push(value);
      this.#indexOfTarget.push(index);
    };
    if (last === undefined) take(root, undefined, "");
    else visit(valuesAt(root, path.slice(0, -1)), last, take);
    return interned;
  }

  /** Gives every object its entity. Entities may be missing or null. */
  merge(entities: readonly unknown[]): void {
    const { rewrite, merge } = this.list;
    if (rewrite) for (const entity of entities) rewrite(entity);
    for (let index = 0; index < this.#targets.length; index++) {
      const target = this.#targets[index];
      const entity = entities[this.#indexOfTarget[index] ?? -1];
      if (target && isTree(entity)) merge(target, entity);
    }
  }

  /** Where in the answer an error about one entity shows. */
  placesOf(root: Tree, entity: number, rest: ResponsePath): ResponsePath[] {
    const found = new Set(this.#targets.filter((_, index) => this.#indexOfTarget[index] === entity));
    return this.#placed(root, found).map((path) => [...path, ...this.#named(rest)]);
  }

  /** Where in the answer something is missing when nothing of the list arrived. */
  lostPlaces(root: Tree): ResponsePath[] {
    return this.#placed(root, new Set(this.#targets)).flatMap((path) => this.list.names.map((name) => [...path, name]));
  }

  #represent(value: Tree): number | undefined {
    const text = this.list.represent(value);
    if (text === undefined) return undefined;
    const known = this.#indices.get(text);
    if (known !== undefined) return known;
    const index = this.representations.push(text) - 1;
    this.#indices.set(text, index);
    return index;
  }

  #placed(root: Tree, objects: ReadonlySet<unknown>): ResponsePath[] {
    return this.list.fetches.flatMap(({ path }) =>
      placesAt(root, path)
        .filter(({ value }) => objects.has(value))
        .map((placed) => placed.path),
    );
  }

  /** Names as the rewrites have made them. */
  #named(path: ResponsePath): ResponsePath {
    const [fetch] = this.list.fetches;
    const [name, ...rest] = path;
    const rewrite = fetch?.outputRewrites.find((each) => each.kind === "KeyRenamer" && each.path.at(-1) === name);
    return rewrite?.kind === "KeyRenamer" ? [rewrite.renameKeyTo, ...rest] : path;
  }
}

function visit(
  parents: readonly unknown[],
  step: TargetPath[number],
  take: (value: unknown, parent: unknown, key: string | number) => void,
): void {
  for (const parent of parents) {
    if (step === everyItem) {
      if (Array.isArray(parent)) for (let index = 0; index < parent.length; index++) take(parent[index], parent, index);
    } else if (isTree(parent)) take(read(parent, step), parent, step);
  }
}

function replaceIn(parent: unknown, key: string | number, by: Tree): void {
  if (Array.isArray(parent)) parent[Number(key)] = by;
  else if (isTree(parent)) put(parent, String(key), by);
}

/** Whether two objects hold the same scalars, and nothing but scalars. */
function alike(one: Tree, other: Tree): boolean {
  let members = 0;
  for (const name in one) {
    const value = one[name];
    if (value !== other[name] || (typeof value === "object" && value !== null)) return false;
    members++;
  }
  for (const _ in other) members--;
  return members === 0;
}
