/** One list of entities of a call: who is asked for, and where the answers go. */
import type { EntityFetches } from "./calls.ts";
import { anyShared, type FetchPath, parentsAt } from "./fetch-path.ts";
import { compileMerge, type Merge, renamedMembers, selectedNames } from "./merge.ts";
import { placesAt } from "./places.ts";
import { compileRepresentations, type Representations } from "./representation.ts";
import { compileRewrites, type Rewrite } from "./rewrites.ts";
import { everyItem, isTree, put, type ResponsePath, read, type TargetPath, type Tree } from "./tree.ts";
import type { TypeConditions } from "./type-conditions.ts";

/** A list of entities with what is compiled for it. */
export interface EntityList extends EntityFetches {
  /** Makes the representations of one call. */
  readonly representations: () => Representations;
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
    representations: compileRepresentations(requires, inputRewrites, conditions),
    rewrite: compileRewrites(outputRewrites, conditions),
    merge: compileMerge(operation.selectionSet, renamedMembers(outputRewrites), contested, conditions),
    names: selectedNames(operation.selectionSet).filter((name) => name !== "__typename"),
  };
}

/** Entities that are asked for, each representation once, and the objects that wait for them. */
export class Wanted {
  readonly list: EntityList;
  readonly #representations: Representations;
  readonly #targets: Tree[] = [];
  readonly #indexOfTarget: number[] = [];
  readonly #only: ReadonlySet<unknown> | undefined;

  /** @param only the objects that may be asked for; all when missing */
  constructor(list: EntityList, only?: ReadonlySet<unknown>) {
    this.list = list;
    this.#representations = list.representations();
    this.#only = only;
  }

  /** JSON texts, each once. */
  get representations(): readonly string[] {
    return this.#representations.texts;
  }

  /** True when an answer will go into several objects. */
  get shared(): boolean {
    return this.#targets.length > this.representations.length;
  }

  /** Adds objects as far as they can be asked for. */
  add(objects: readonly Tree[]): void {
    for (const object of objects) this.#wait(object, this.#indexOf(object));
  }

  /**
   * Looks for the objects at a path and adds them. With `intern` those that are alike in every respect become
   * one, so that what follows (fetches, merges, the writing) is done once for all of their places.
   *
   * @param shared by the index of a list of entities: whether something of it stands in several places
   * @returns all objects at the path, and whether some became one
   */
  find(root: Tree, path: FetchPath, shared: readonly boolean[], intern: boolean) {
    const { steps, sharing, members } = path;
    const objects: Tree[] = [];
    const last = steps.at(-1);
    const seen = anyShared(sharing.at(-1), shared) ? new Set<unknown>() : undefined;
    const firsts: Tree[] = [];
    let interned = false;
    const take = (value: unknown, parent: unknown, key: string | number): void => {
      if (!isTree(value) || seen?.has(value)) return;
      seen?.add(value);
      const index = this.#indexOf(value);
      if (index !== undefined && intern && members) {
        const twin = firsts[index];
        if (twin && alike(twin, value, members)) {
          interned = true;
          replaceIn(parent, key, twin);
          return;
        }
        firsts[index] = value;
      }
      objects.push(value);
      this.#wait(value, index);
    };
    if (last === undefined) take(root, undefined, "");
    else visit(parentsAt(root, path, shared), last, take);
    return { objects, interned };
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

  #indexOf(object: Tree): number | undefined {
    return this.#only && !this.#only.has(object) ? undefined : this.#representations.indexOf(object);
  }

  #wait(object: Tree, index: number | undefined): void {
    if (index === undefined) return;
    this.#targets.push(object);
    this.#indexOfTarget.push(index);
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

/** Whether two objects hold the same: the same scalars, and of objects and lists the very same. */
function alike(one: Tree, other: Tree, members: readonly string[]): boolean {
  for (const name of members) if (one[name] !== other[name]) return false;
  return true;
}
