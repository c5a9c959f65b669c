/** How long and for whom the answer to one subgraph query may be kept, by the hints of the schema alone. */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
} from "graphql";
import { LRUCache } from "lru-cache";
import { longestLife, readHints } from "./hints.ts";
import { personalIn } from "./personal.ts";

/** What holds for one entry of the cache. */
export interface EntryPolicy {
  readonly maxAgeSeconds: number;
  readonly scope: "PUBLIC" | "PRIVATE";
  /** Names of the object types that may be inside, at any depth below the entry itself. */
  readonly contains: readonly string[];
}

/** What holds for one list of entities, by the type of the representation; a type without a policy is not kept. */
export interface ListPolicy {
  /** What is selected of the entities, as text. */
  readonly selection: string;
  readonly types: ReadonlyMap<string, EntryPolicy>;
  /** The response names of the fields that are selected of an entity of a type. */
  fields(type: string): readonly string[];
}

/** A query for root fields is one entry; of entity lists, by response name, each entity is one. */
export type QueryPolicy =
  | { readonly kind: "root"; readonly policy: EntryPolicy }
  | { readonly kind: "entities"; readonly lists: ReadonlyMap<string, ListPolicy> };

/** The policy of a query text for a subgraph; undefined when nothing of it may be kept. */
export type PolicyOf = (subgraph: string, query: string) => QueryPolicy | undefined;

/** Most queries of one subgraph whose policy is remembered. */
const remembered = 2_000;

/** Makes the function for a supergraph; undefined when it has no hint at all. */
export function createPolicies(supergraph: GraphQLSchema): PolicyOf | undefined {
  const rules = { supergraph, hints: readHints(supergraph), isPersonal: personalIn(supergraph) };
  if (rules.hints.empty) return undefined;
  const known = new Map<string, LRUCache<string, { readonly policy: QueryPolicy | undefined }>>();
  return (subgraph, query) => {
    const queries = known.get(subgraph) ?? new LRUCache({ max: remembered });
    known.set(subgraph, queries);
    const entry = queries.get(query) ?? { policy: readQuery(rules, subgraph, query) };
    queries.set(query, entry);
    return entry.policy;
  };
}

interface Rules {
  readonly supergraph: GraphQLSchema;
  readonly hints: ReturnType<typeof readHints>;
  readonly isPersonal: ReturnType<typeof personalIn>;
}

/** What a walk through a query collects. */
interface Walk extends Rules {
  readonly subgraph: string;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly contains: Set<string>;
  maxAge: number;
  open: boolean;
}

function readQuery(rules: Rules, subgraph: string, query: string): QueryPolicy | undefined {
  const { definitions } = parse(query, { noLocation: true });
  const fragments = definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION);
  const operation = definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION);
  if (operation?.operation !== "query") return undefined;
  const named = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
  const start = (): Walk => ({
    ...rules,
    subgraph,
    fragments: named,
    contains: new Set(),
    maxAge: longestLife,
    open: true,
  });
  const entities = entityFields(operation);
  if (entities.length === 0) return readRoot(start(), operation);
  if (entities.length < operation.selectionSet.selections.length) return undefined;
  const lists = entities.map(
    (field) => [(field.alias ?? field.name).value, readList(start, field, fragments)] as const,
  );
  return lists.some(([, list]) => list.types.size > 0) ? { kind: "entities", lists: new Map(lists) } : undefined;
}

function entityFields({ selectionSet }: OperationDefinitionNode): FieldNode[] {
  return selectionSet.selections
    .filter((each) => each.kind === Kind.FIELD)
    .filter((each) => each.name.value === "_entities");
}

function readRoot(walk: Walk, { selectionSet }: OperationDefinitionNode): QueryPolicy | undefined {
  const query = walk.supergraph.getQueryType();
  if (!query) return undefined;
  visit(walk, selectionSet, [query], 0);
  const policy = result(walk);
  return policy && { kind: "root", policy };
}

function readList(
  start: () => Walk,
  { selectionSet }: FieldNode,
  fragments: readonly FragmentDefinitionNode[],
): ListPolicy {
  const types = new Map<string, EntryPolicy>();
  const whole = start();
  for (const type of selectionSet ? namedTypes(whole, selectionSet) : []) {
    const walk = start();
    if (selectionSet) visit(walk, selectionSet, [type], walk.hints.ofType(type).maxAge ?? 0);
    const policy = result(walk);
    if (policy) types.set(type.name, policy);
  }
  const selection = [...(selectionSet ? [selectionSet] : []), ...fragments].map((node) => print(node)).join("\n");
  return { selection, types, fields: (name) => responseNames(whole, selectionSet, whole.supergraph.getType(name)) };
}

function responseNames(
  walk: Walk,
  selectionSet: SelectionSetNode | undefined,
  type: GraphQLNamedType | undefined,
): string[] {
  const names = (selectionSet?.selections ?? []).flatMap((selection): string[] => {
    if (selection.kind === Kind.FIELD) {
      return selection.name.value === "__typename" ? [] : [(selection.alias ?? selection.name).value];
    }
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? walk.fragments.get(selection.name.value) : selection;
    const condition = fragment?.typeCondition && walk.supergraph.getType(fragment.typeCondition.name.value);
    const applies = condition === undefined || objectTypes(walk, condition).some((each) => each === type);
    return applies ? responseNames(walk, fragment?.selectionSet, type) : [];
  });
  return [...new Set(names)];
}

/** The object types for which a selection of `_entities` has fragments. */
function namedTypes(walk: Walk, { selections }: SelectionSetNode): GraphQLObjectType[] {
  const conditions = selections.map((each) =>
    each.kind === Kind.INLINE_FRAGMENT
      ? each.typeCondition
      : each.kind === Kind.FRAGMENT_SPREAD
        ? walk.fragments.get(each.name.value)?.typeCondition
        : undefined,
  );
  return [
    ...new Set(conditions.flatMap((each) => objectTypes(walk, each && walk.supergraph.getType(each.name.value)))),
  ];
}

function result({ maxAge, open, contains }: Walk): EntryPolicy | undefined {
  if (maxAge <= 0) return undefined;
  return { maxAgeSeconds: maxAge, scope: open ? "PUBLIC" : "PRIVATE", contains: [...contains].sort() };
}

/**
 * Follows a selection on objects of any of `types`, which are under a field with the age `inherited`. Each
 * field is followed once for all types together: else nested interfaces would multiply.
 */
function visit(
  walk: Walk,
  { selections }: SelectionSetNode,
  types: readonly GraphQLObjectType[],
  inherited: number,
): void {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      visitField(walk, selection, types, inherited);
      continue;
    }
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? walk.fragments.get(selection.name.value) : selection;
    if (!fragment) continue;
    const { typeCondition } = fragment;
    const possible = typeCondition && objectTypes(walk, walk.supergraph.getType(typeCondition.name.value));
    visit(walk, fragment.selectionSet, possible ? types.filter((type) => possible.includes(type)) : types, inherited);
  }
}

function visitField(walk: Walk, node: FieldNode, types: readonly GraphQLObjectType[], inherited: number): void {
  if (node.name.value === "__typename") return;
  const targets = new Set<GraphQLNamedType>();
  let age: number = longestLife;
  for (const type of types) {
    const field = type.getFields()[node.name.value];
    age = Math.min(age, field ? ageOf(walk, type, field, inherited) : 0);
    walk.open &&= field !== undefined && isOpen(walk, type, field);
    if (field) targets.add(getNamedType(field.type));
  }
  const below = [...new Set([...targets].flatMap((target) => objectTypes(walk, target)))];
  // What an interface may turn out to be, its own hint does not know.
  const isAnyOf = [...targets].some((target) => isAbstractType(target)) ? below : [];
  for (const each of isAnyOf) age = Math.min(age, walk.hints.ofType(each).maxAge ?? age);
  walk.maxAge = Math.min(walk.maxAge, age);
  if (!node.selectionSet) return;
  for (const each of below) walk.contains.add(each.name);
  visit(walk, node.selectionSet, below, age);
}

type Field = GraphQLField<unknown, unknown>;

/**
 * The rules of Apollo Server: the hint on a field counts before that on its type; a scalar without either is
 * as old as what it is on; an object, and every root field, may then not be kept.
 */
function ageOf({ hints, subgraph }: Walk, type: GraphQLObjectType, field: Field, inherited: number): number {
  const hint = hints.ofField(type, field.name, subgraph);
  if (!hint) return 0;
  const target = getNamedType(field.type);
  const onTarget = isCompositeType(target) ? hints.ofType(target) : {};
  const inherits = hint.inherits || onTarget.inherits || !isCompositeType(target);
  return hint.maxAge ?? onTarget.maxAge ?? (inherits ? inherited : 0);
}

/** Stricter than Apollo Server: only what its own hint, or the type that it is on, marks as PUBLIC is. */
function isOpen({ hints, subgraph, isPersonal }: Walk, type: GraphQLObjectType, field: Field): boolean {
  const scope = hints.ofField(type, field.name, subgraph)?.scope ?? hints.ofType(type).scope;
  return scope === "PUBLIC" && !isPersonal(type, field);
}

/** The object types of the subgraph that `type` may be. */
function objectTypes(
  { supergraph, hints, subgraph }: Walk,
  type: GraphQLNamedType | undefined,
): readonly GraphQLObjectType[] {
  const types = isAbstractType(type) ? supergraph.getPossibleTypes(type) : isObjectType(type) ? [type] : [];
  return types.filter((each) => hints.has(each, subgraph));
}
