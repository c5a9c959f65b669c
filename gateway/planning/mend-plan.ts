/**
 * Mends what the planner gets wrong: says what stand-ins stand for (see `required-arguments.ts`), and asks
 * apart for what cannot share a representation (see `split-operation.ts`).
 */
import type {
  FetchDataRewrite,
  FetchNode,
  FlattenNode,
  PlanNode,
  QueryPlan,
  QueryPlanSelectionNode,
} from "@apollo/query-planner";
import { type FieldNode, Kind, parse, print, type SelectionSetNode, stripIgnoredCharacters, visit } from "graphql";
import type { StandIn } from "./required-arguments.ts";
import { type Requirements, selectedWithin } from "./requirements.ts";
import { type OperationGroup, splitEntityOperation } from "./split-operation.ts";

/** What has to be known of the supergraph that was planned over. */
export interface Knowledge {
  readonly standIns: ReadonlyMap<string, StandIn>;
  readonly requirements: Requirements;
}

/** The same plan, mended. */
export function mendPlan(plan: QueryPlan, knowledge: Knowledge): QueryPlan {
  if (!plan.node) return plan;
  if (plan.node.kind !== "Subscription") return { ...plan, node: mendNode(plan.node, knowledge) };
  const { primary, rest } = plan.node;
  const node = { ...plan.node, primary: resolveFetch(primary, knowledge.standIns) };
  return { ...plan, node: rest ? { ...node, rest: mendNode(rest, knowledge) } : node };
}

function mendNode(node: PlanNode, knowledge: Knowledge): PlanNode {
  const resolve = (child: PlanNode) => mendNode(child, knowledge);
  switch (node.kind) {
    case "Sequence":
    case "Parallel":
      return { ...node, nodes: node.nodes.map(resolve) };
    case "Flatten":
      return mendFlatten(node, knowledge);
    case "Condition":
      return {
        ...node,
        ...(node.ifClause && { ifClause: resolve(node.ifClause) }),
        ...(node.elseClause && { elseClause: resolve(node.elseClause) }),
      };
    case "Defer":
      return {
        ...node,
        primary: { ...node.primary, ...(node.primary.node && { node: resolve(node.primary.node) }) },
        deferred: node.deferred.map((part) => ({ ...part, ...(part.node && { node: resolve(part.node) }) })),
      };
    case "Fetch":
      return resolveFetch(node, knowledge.standIns);
  }
}

function mendFlatten(node: FlattenNode, knowledge: Knowledge): PlanNode {
  if (node.node.kind !== "Fetch") return { ...node, node: mendNode(node.node, knowledge) };
  const nodes = splitFetch(node.node, knowledge).map((fetch) => ({
    ...node,
    node: resolveFetch(fetch, knowledge.standIns),
  }));
  const [first] = nodes;
  return first && nodes.length === 1 ? first : { kind: "Parallel", nodes };
}

function splitFetch(fetch: FetchNode, { standIns, requirements }: Knowledge): readonly FetchNode[] {
  const { requires, operation } = fetch;
  const mayDiffer = standIns.size > 0 || operation.includes("@include") || operation.includes("@skip");
  if (!requires || !mayDiffer) return [fetch];
  const groups = splitEntityOperation(operation, standIns, requirements);
  if (groups.length === 1) return [fetch];
  // Deferred parts wait for a fetch by its `id`, which all parts keep.
  return groups.map((group) => ({
    ...fetch,
    operation: group.operation,
    variableUsages: (fetch.variableUsages ?? []).filter((name) => group.variableUsages.has(name)),
    requires: requiresOf(requires, group, groups, requirements),
  }));
}

/** What the fetch requires, less what only the fields of other groups do. */
function requiresOf(
  requires: readonly QueryPlanSelectionNode[],
  group: OperationGroup,
  groups: readonly OperationGroup[],
  requirements: Requirements,
): QueryPlanSelectionNode[] {
  const types = [
    ...group.types,
    ...requires.flatMap((node) => ("typeCondition" in node ? (node.typeCondition ?? []) : [])),
  ];
  const needed = [...group.requires, ...types.flatMap((type) => requirements.keys(type))];
  const others = groups.flatMap((other) => (other === group ? [] : other.requires));
  return without(requires, needed, others);
}

function without(
  selections: readonly QueryPlanSelectionNode[],
  needed: readonly SelectionSetNode[],
  others: readonly SelectionSetNode[],
): QueryPlanSelectionNode[] {
  return selections.flatMap((node): QueryPlanSelectionNode[] => {
    if (node.kind === "InlineFragment") return [{ ...node, selections: without(node.selections, needed, others) }];
    const inner = selectedWithin(needed, node.name);
    const innerOfOthers = selectedWithin(others, node.name);
    if (!innerOfOthers) return [node];
    if (!inner) return [];
    return [node.selections ? { ...node, selections: without(node.selections, inner, innerOfOthers) } : node];
  });
}

function resolveFetch(fetch: FetchNode, standIns: ReadonlyMap<string, StandIn>): FetchNode {
  const resolved = { ...fetch, operation: resolveOperation(fetch.operation, standIns) };
  const rewrites = renamers(fetch.requires ?? [], [], standIns);
  return rewrites.length === 0
    ? resolved
    : { ...resolved, inputRewrites: [...(fetch.inputRewrites ?? []), ...rewrites] };
}

function resolveOperation(operation: string, standIns: ReadonlyMap<string, StandIn>): string {
  if (![...standIns.keys()].some((name) => operation.includes(name))) return operation;
  const resolved = visit(parse(operation, { noLocation: true }), {
    Field: (node): FieldNode | undefined => {
      const standIn = standIns.get(node.name.value);
      if (!standIn) return undefined;
      const alias = { kind: Kind.NAME, value: standIn.name } as const;
      return { ...node, alias, name: { kind: Kind.NAME, value: standIn.field }, arguments: standIn.arguments };
    },
  });
  return stripIgnoredCharacters(print(resolved));
}

/** The subgraph reads what it requires under its own name. */
function renamers(
  selections: readonly QueryPlanSelectionNode[],
  path: readonly string[],
  standIns: ReadonlyMap<string, StandIn>,
): FetchDataRewrite[] {
  return selections.flatMap((selection) => {
    if (selection.kind === "InlineFragment") return renamers(selection.selections, path, standIns);
    const here = [...path, selection.name];
    const inner = renamers(selection.selections ?? [], here, standIns);
    const standIn = standIns.get(selection.name);
    return standIn ? [...inner, { kind: "KeyRenamer", path: here, renameKeyTo: standIn.field }] : inner;
  });
}
