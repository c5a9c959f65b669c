/**
 * A plan as a graph of fetches. A planner orders fetches by nested sequences; here each fetch waits only
 * for those whose data it reads.
 */
import type {
  ConditionNode,
  DeferNode,
  FetchDataKeyRenamer,
  FetchDataRewrite,
  FetchNode,
  PlanNode,
  QueryPlanSelectionNode,
} from "@apollo/query-planner";
import { type FetchOperation, readFetchOperation } from "./fetch-operation.ts";
import { orderFetches } from "./fetch-order.ts";
import { writtenPaths } from "./read-write-paths.ts";
import type { TargetPath } from "./tree.ts";

/** A variable that must have a value for something to happen. */
export interface Condition {
  readonly variable: string;
  readonly is: boolean;
}

/** A fetch of the plan. */
export interface Fetch extends UnorderedFetch {
  /** The fetches that must be done before. */
  readonly after: readonly Fetch[];
  /** Length of the longest chain of fetches before it. */
  readonly level: number;
}

/** A fetch before it is known what it waits for. */
export interface UnorderedFetch {
  readonly index: number;
  readonly subgraph: string;
  readonly kind: "query" | "mutation" | "subscription";
  /** Where its data goes. */
  readonly path: TargetPath;
  readonly operation: FetchOperation;
  readonly variableUsages: readonly string[];
  /** What it needs of each entity; undefined when it asks for root fields. */
  readonly requires: readonly QueryPlanSelectionNode[] | undefined;
  readonly inputRewrites: readonly FetchDataRewrite[];
  readonly outputRewrites: readonly FetchDataRewrite[];
  readonly contextRewrites: readonly FetchDataKeyRenamer[];
  readonly conditions: readonly Condition[];
  /** Which part of an incremental answer it belongs to; 0 comes first. */
  readonly part: number;
  /** The planner's name for it, by which deferred parts point to it. */
  readonly id: string | undefined;
  /** The places of the answer that it writes. */
  readonly writes: ReadonlySet<string>;
  /** The indices of those that the planner puts before it. */
  readonly before: readonly number[];
}

/** A part of the answer that is delivered later (`@defer`). */
export interface DeferredPart {
  readonly part: number;
  /** The part that must be delivered before. */
  readonly parent: number;
  readonly label: string | undefined;
  /** Response names and `... on Type` from the root to the objects that it adds to. */
  readonly queryPath: readonly string[];
  readonly subselection: string | undefined;
  /** The fetches of other parts whose data it shows. */
  readonly after: readonly Fetch[];
}

export interface PlanGraph {
  readonly fetches: readonly Fetch[];
  readonly deferred: readonly DeferredPart[];
}

interface Scope {
  readonly path: TargetPath;
  readonly conditions: readonly Condition[];
  readonly before: readonly number[];
  readonly part: number;
}

/** What is collected on the way through a plan. */
interface Findings {
  readonly fetches: UnorderedFetch[];
  readonly deferred: UnorderedPart[];
}

type UnorderedPart = Omit<DeferredPart, "after"> & { readonly after: readonly number[] };

/**
 * Reads a plan.
 *
 * @param already a fetch whose data is there from the start: the event of a subscription
 */
export function readPlan(root: PlanNode | undefined, already: FetchNode | undefined): PlanGraph {
  const findings: Findings = { fetches: [], deferred: [] };
  const scope: Scope = { path: [], conditions: [], before: [], part: 0 };
  const before = already ? readFetch(already, scope, findings) : [];
  if (root) readNode(root, { ...scope, before }, findings);
  const fetches = orderFetches(findings.fetches);
  const deferred = findings.deferred.map((part) => ({
    ...part,
    after: fetches.filter(({ index }) => part.after.includes(index)),
  }));
  return { fetches, deferred };
}

function readNode(node: PlanNode, scope: Scope, findings: Findings): readonly number[] {
  switch (node.kind) {
    case "Sequence":
      return readSequence(node.nodes, scope, findings);
    case "Parallel":
      return node.nodes.flatMap((child) => readNode(child, scope, findings));
    case "Flatten":
      return readNode(node.node, { ...scope, path: [...scope.path, ...node.path.map(String)] }, findings);
    case "Condition":
      return readCondition(node, scope, findings);
    case "Defer":
      return readDefer(node, scope, findings);
    case "Fetch":
      return readFetch(node, scope, findings);
  }
}

function readSequence(nodes: readonly PlanNode[], scope: Scope, findings: Findings): readonly number[] {
  const done: number[] = [];
  for (const node of nodes) done.push(...readNode(node, { ...scope, before: [...scope.before, ...done] }, findings));
  return done;
}

function readCondition(node: ConditionNode, scope: Scope, findings: Findings): readonly number[] {
  const branch = (is: boolean, child: PlanNode | undefined) =>
    child
      ? readNode(child, { ...scope, conditions: [...scope.conditions, { variable: node.condition, is }] }, findings)
      : [];
  return [...branch(true, node.ifClause), ...branch(false, node.elseClause)];
}

function readDefer({ primary, deferred }: DeferNode, scope: Scope, findings: Findings): readonly number[] {
  const first = primary.node ? readNode(primary.node, scope, findings) : [];
  const shown = [...scope.before, ...first];
  const later = deferred.flatMap((node) => {
    const part = findings.deferred.length + 1;
    const known = new Set(node.depends.map(({ id }) => id));
    findings.deferred.push({
      part,
      parent: scope.part,
      label: node.label,
      queryPath: node.queryPath,
      subselection: subselectionOf(node.subselection, node.node),
      after: shown.filter((index) => known.has(findings.fetches[index]?.id ?? "")),
    });
    return node.node ? readNode(node.node, { ...scope, path: [], before: shown, part }, findings) : [];
  });
  return [...first, ...later];
}

/** A deferred part that defers further parts shows what those leave. */
function subselectionOf(own: string | undefined, node: PlanNode | undefined): string | undefined {
  return own ?? (node?.kind === "Defer" ? node.primary.subselection : undefined);
}

function readFetch(node: FetchNode, scope: Scope, { fetches }: Findings): readonly number[] {
  const operation = readFetchOperation(node.operation, node.requires !== undefined);
  const common = commonOf(node);
  const index = fetches.length;
  fetches.push({
    ...common,
    ...scope,
    index,
    operation,
    writes: writtenPaths(scope.path, operation.selectionSet, common.outputRewrites),
  });
  return [index];
}

function commonOf(node: FetchNode) {
  return {
    id: node.id,
    subgraph: node.serviceName,
    kind: node.operationKind,
    variableUsages: node.variableUsages ?? [],
    requires: node.requires,
    inputRewrites: node.inputRewrites ?? [],
    outputRewrites: node.outputRewrites ?? [],
    contextRewrites: node.contextRewrites ?? [],
  };
}
