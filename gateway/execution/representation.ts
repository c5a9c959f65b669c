/** Representations of entities, written straight to JSON text. */
import type { FetchDataRewrite, QueryPlanSelectionNode } from "@apollo/query-planner";
import { isInherited, isTree, read, type Tree } from "./tree.ts";
import type { TypeConditions } from "./type-conditions.ts";

/**
 * Writes the representation of an entity: undefined when the entity is of a type that nothing is required
 * of, or when something required is not there because it failed to arrive.
 */
export type WriteRepresentation = (entity: Tree) => string | undefined;

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
export function compileRepresentation(
  requires: readonly QueryPlanSelectionNode[],
  rewrites: readonly FetchDataRewrite[],
  conditions: TypeConditions,
): WriteRepresentation {
  const writers = new Map<string, WriteRepresentation | undefined>();
  return (entity) => {
    const typename = entity.__typename;
    if (typeof typename !== "string") return undefined;
    let writer = writers.get(typename);
    if (writer === undefined && !writers.has(typename)) {
      writer = writerFor(typename, requires, rewrites, conditions);
      if (writers.size < maxTypes) writers.set(typename, writer);
    }
    return writer?.(entity);
  };
}

function writerFor(
  typename: string,
  requires: readonly QueryPlanSelectionNode[],
  rewrites: readonly FetchDataRewrite[],
  conditions: TypeConditions,
): WriteRepresentation | undefined {
  const members = membersOf(typename, requires, rewrites, conditions);
  // A name alone finds no entity; plans have such requirements beneath conditions that contradict one another.
  const hasKey = members.some(({ from }) => from !== "__typename");
  return hasKey ? objectWriter(members, conditions) : undefined;
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
  const typed = selections.some(({ kind }) => kind === "InlineFragment")
    ? compileRepresentation(selections, rewrites, conditions)
    : plain;
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
