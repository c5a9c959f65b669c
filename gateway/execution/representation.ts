/** Representations of entities, written straight to JSON text. */
import type { FetchDataRewrite, QueryPlanSelectionNode } from "@apollo/query-planner";
import { isInherited, isTree, read, type Tree } from "./tree.ts";
import type { TypeConditions } from "./type-conditions.ts";

/** The representations of one list of entities in one call, each once. */
export interface Representations {
  /** JSON texts. */
  readonly texts: readonly string[];
  /**
   * Where in `texts` the representation of an entity stands, which is added if need be: undefined when the
   * entity is of a type that nothing is required of, or when something required failed to arrive.
   */
  indexOf(entity: Tree): number | undefined;
}

/** Writes what is required of an object; undefined when something is not there. */
type WriteRepresentation = (entity: Tree) => string | undefined;

/** How the entities of one type are represented. */
interface TypeWriter {
  readonly write: WriteRepresentation;
  /** The members on whose values the text depends; undefined when some are no plain scalars. */
  readonly keys: readonly string[] | undefined;
}

/** A member of a representation. */
interface Member {
  /** Where it stands in the answer. */
  readonly from: string;
  /** Its name in the representation. */
  readonly to: string;
  /** Its value, when that is fixed. */
  readonly fixed?: string;
  /** What is required of the object or objects in it; undefined for a scalar. */
  readonly members?: readonly QueryPlanSelectionNode[];
  readonly rewrites: readonly FetchDataRewrite[];
}

/** Most types whose writers are kept; a subgraph could invent names without end. */
const maxTypes = 1_000;

/** Compiles what a fetch requires of its entities. */
export function compileRepresentations(
  requires: readonly QueryPlanSelectionNode[],
  rewrites: readonly FetchDataRewrite[],
  conditions: TypeConditions,
): () => Representations {
  const writerOf = compileTypes(requires, rewrites, conditions);
  return () => new DistinctRepresentations(writerOf);
}

type WriterOf = (typename: unknown) => TypeWriter | undefined;

function compileTypes(
  requires: readonly QueryPlanSelectionNode[],
  rewrites: readonly FetchDataRewrite[],
  conditions: TypeConditions,
): WriterOf {
  const writers = new Map<string, TypeWriter | undefined>();
  return (typename) => {
    if (typeof typename !== "string") return undefined;
    let writer = writers.get(typename);
    if (writer === undefined && !writers.has(typename)) {
      writer = writerFor(typename, requires, rewrites, conditions);
      if (writers.size < maxTypes) writers.set(typename, writer);
    }
    return writer;
  };
}

function writerFor(
  typename: string,
  requires: readonly QueryPlanSelectionNode[],
  rewrites: readonly FetchDataRewrite[],
  conditions: TypeConditions,
): TypeWriter | undefined {
  const members = membersOf(typename, requires, rewrites, conditions);
  // A name alone finds no entity; plans have such requirements beneath conditions that contradict one another.
  if (members.every(({ from }) => from === "__typename")) return undefined;
  const variable = members.filter(({ fixed }) => fixed === undefined);
  const plain = variable.every((member) => !member.members && !isInherited(member.from));
  return {
    write: objectWriter(members, conditions),
    keys: plain && variable.length > 0 ? variable.map(({ from }) => from) : undefined,
  };
}

/** Representations by the values of their members: a map for each member, in the last the place of the text. */
interface Branch extends Map<unknown, Branch | number> {}

/**
 * Finds representations by the values that they are made of, where those are scalars: the same values give
 * the same text, and most entities come up so often that to write them again only to compare would cost more.
 */
class DistinctRepresentations implements Representations {
  readonly texts: string[] = [];
  readonly #writerOf: WriterOf;
  readonly #byText = new Map<string, number>();
  readonly #byValues = new Map<TypeWriter, Branch | number>();

  constructor(writerOf: WriterOf) {
    this.#writerOf = writerOf;
  }

  indexOf(entity: Tree): number | undefined {
    const writer = this.#writerOf(entity.__typename);
    if (!writer) return undefined;
    return writer.keys ? this.#findByValues(writer, writer.keys, entity) : this.#findByText(writer, entity);
  }

  #findByValues(writer: TypeWriter, keys: readonly string[], entity: Tree): number | undefined {
    let branch = branchOf(this.#byValues, writer);
    const last = keys.length - 1;
    for (let index = 0; index < last; index++) {
      const value = entity[keys[index] ?? ""];
      if (isComposite(value)) return this.#findByText(writer, entity);
      branch = branchOf(branch, value);
    }
    const value = entity[keys[last] ?? ""];
    const known = branch.get(value);
    if (typeof known === "number") return known;
    if (isComposite(value)) return this.#findByText(writer, entity);
    const text = writer.write(entity);
    if (text === undefined) return undefined;
    const added = this.texts.push(text) - 1;
    branch.set(value, added);
    return added;
  }

  #findByText({ write }: TypeWriter, entity: Tree): number | undefined {
    const text = write(entity);
    if (text === undefined) return undefined;
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const added = this.texts.push(text) - 1;
    this.#byText.set(text, added);
    return added;
  }
}

function branchOf<Key>(branches: Map<Key, Branch | number>, key: Key): Branch {
  const known = branches.get(key);
  if (typeof known === "object") return known;
  const made: Branch = new Map();
  branches.set(key, made);
  return made;
}

function isComposite(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** What is required of an object of the type, with what the rewrites make of it. */
function membersOf(
  typename: string | undefined,
  selections: readonly QueryPlanSelectionNode[],
  rewrites: readonly FetchDataRewrite[],
  conditions: TypeConditions,
): readonly Member[] {
  const members = new Map<string, Member>();
  const own = rewrites.flatMap((rewrite) => stepInto(rewrite, typename, conditions));
  const add = (list: readonly QueryPlanSelectionNode[]) => {
    for (const selection of list) {
      if (selection.kind === "Field") addMember(members, selection, typename, own);
      else if (typename === undefined || conditions.holds(selection.typeCondition, typename)) add(selection.selections);
    }
  };
  add(selections);
  return [...members.values()];
}

function addMember(
  members: Map<string, Member>,
  selection: QueryPlanSelectionNode & { kind: "Field" },
  typename: string | undefined,
  rewrites: readonly FetchDataRewrite[],
): void {
  const from = selection.alias ?? selection.name;
  const before = members.get(from);
  const fixed = selection.name === "__typename" && typename !== undefined ? JSON.stringify(typename) : undefined;
  const member: Member = {
    from,
    to: from,
    rewrites: rewrites.flatMap((rewrite) =>
      rewrite.path[0] === from && rewrite.path.length > 1 ? [tail(rewrite)] : [],
    ),
    ...(fixed !== undefined && { fixed }),
    ...(selection.selections && { members: [...(before?.members ?? []), ...selection.selections] }),
  };
  members.set(from, rewrites.filter(({ path }) => path.length === 1 && path[0] === from).reduce(rewritten, member));
}

function rewritten(member: Member, rewrite: FetchDataRewrite): Member {
  return rewrite.kind === "KeyRenamer"
    ? { ...member, to: rewrite.renameKeyTo }
    : { ...member, fixed: JSON.stringify(rewrite.setValueTo) };
}

/** The rewrite as seen from within a type, or nothing when it is about another type. */
function stepInto(
  rewrite: FetchDataRewrite,
  typename: string | undefined,
  conditions: TypeConditions,
): readonly FetchDataRewrite[] {
  const condition = /^\.\.\. on (?<type>.+)$/.exec(rewrite.path[0] ?? "")?.groups?.type;
  if (condition === undefined) return [rewrite];
  if (typename !== undefined && !conditions.holds(condition, typename)) return [];
  return stepInto(tail(rewrite), typename, conditions);
}

function tail(rewrite: FetchDataRewrite): FetchDataRewrite {
  return { ...rewrite, path: rewrite.path.slice(1) };
}

function objectWriter(members: readonly Member[], conditions: TypeConditions): WriteRepresentation {
  const parts = members.map((member, index) => ({
    from: member.from,
    inherited: isInherited(member.from),
    prefix: `${index === 0 ? "{" : ","}${JSON.stringify(member.to)}:${member.fixed ?? ""}`,
    fixed: member.fixed !== undefined,
    write: member.members ? nestedWriter(member.members, member.rewrites, conditions) : writeScalar,
  }));
  return (object) => {
    let text = "";
    for (const { from, inherited, prefix, fixed, write } of parts) {
      text += prefix;
      if (fixed) continue;
      const value = inherited ? read(object, from) : object[from];
      const written = value === undefined ? undefined : write(value);
      if (written === undefined) return undefined;
      text += written;
    }
    return `${text}}`;
  };
}

function writeScalar(value: unknown): string | undefined {
  return JSON.stringify(value);
}

function nestedWriter(
  selections: readonly QueryPlanSelectionNode[],
  rewrites: readonly FetchDataRewrite[],
  conditions: TypeConditions,
): (value: unknown) => string | undefined {
  const plain = objectWriter(membersOf(undefined, selections, rewrites, conditions), conditions);
  const writerOf = selections.some(({ kind }) => kind === "InlineFragment")
    ? compileTypes(selections, rewrites, conditions)
    : undefined;
  const typed = (object: Tree) => (writerOf ? writerOf(object.__typename)?.write(object) : plain(object));
  const write = (value: unknown): string | undefined => {
    if (Array.isArray(value)) {
      const items = value.map(write);
      return items.includes(undefined) ? undefined : `[${items.join(",")}]`;
    }
    if (!isTree(value)) return writeScalar(value);
    return typeof value.__typename === "string" ? typed(value) : plain(value);
  };
  return write;
}
