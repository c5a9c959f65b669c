/** Says in a plan what its stand-ins stand for (see `required-arguments.ts`). */
import type {
  FetchDataRewrite,
  FetchNode,
  FlattenNode,
  PlanNode,
  QueryPlan,
  QueryPlanSelectionNode,
} from "@apollo/query-planner";
import { type FieldNode, Kind, parse, print, visit } from "graphql";
import type { StandIn, SupergraphWithStandIns } from "./required-arguments.ts";
import { splitEntityOperation } from "./split-operation.ts";

type StandIns = Pick<SupergraphWithStandIns, "standIns" | "requiredBy">;

/** The same plan without stand-ins. */
export function resolveStandIns(plan: QueryPlan, standIns: StandIns): QueryPlan {
  if (standIns.standIns.size === 0 || !plan.node) return plan;
  if (plan.node.kind !== "Subscription") return { ...plan, node: resolveNode(plan.node, standIns) };
  const { primary, rest } = plan.node;
  const node = { ...plan.node, primary: resolveFetch(primary, standIns.standIns) };
  return { ...plan, node: rest ? { ...node, rest: resolveNode(rest, standIns) } : node };
}

function resolveNode(node: PlanNode, standIns: StandIns): PlanNode {
  const resolve = (child: PlanNode) => resolveNode(child, standIns);
  switch (node.kind) {
    case "Sequence":
    case "Parallel":
      return { ...node, nodes: node.nodes.map(resolve) };
    case "Flatten":
      return resolveFlatten(node, standIns);
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
      return resolveFetch(node, standIns.standIns);
  }
}

function resolveFlatten(node: FlattenNode, standIns: StandIns): PlanNode {
  if (node.node.kind !== "Fetch") return { ...node, node: resolveNode(node.node, standIns) };
  const nodes = splitFetch(node.node, standIns).map((fetch) => ({
    ...node,
    node: resolveFetch(fetch, standIns.standIns),
  }));
  const [first] = nodes;
  return first && nodes.length === 1 ? first : { kind: "Parallel", nodes };
}

/** A representation has each field once: what requires it with other arguments has to be asked for separately. */
function splitFetch(fetch: FetchNode, { standIns, requiredBy }: StandIns): readonly FetchNode[] {
  const { requires } = fetch;
  if (!requires) return [fetch];
  const groups = splitEntityOperation(fetch.operation, standIns, requiredBy);
  if (groups.length === 1) return [fetch];
  // Deferred parts wait for a fetch by its `id`, which all groups keep.
  return groups.map(({ operation, variableUsages, without }) => ({
    ...fetch,
    operation,
    variableUsages: (fetch.variableUsages ?? []).filter((name) => variableUsages.has(name)),
    requires: withoutFields(requires, without),
  }));
}

function withoutFields(
  selections: readonly QueryPlanSelectionNode[],
  names: ReadonlySet<string>,
): QueryPlanSelectionNode[] {
  return selections
    .filter((selection) => selection.kind !== "Field" || !names.has(selection.name))
    .map((selection) =>
      selection.selections ? { ...selection, selections: withoutFields(selection.selections, names) } : selection,
    );
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
  return print(resolved);
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
