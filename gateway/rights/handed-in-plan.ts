/** Checks once more, in every plan, that no subgraph is handed what its organisation may not receive. */
import type { FetchNode, PlanNode, QueryPlan, SubscriptionNode } from "@apollo/query-planner";
import type { GraphQLSchema } from "graphql";
import { type Handover, readRecipients, type Selected } from "../../trust/recipients.ts";

/**
 * Makes the check for a supergraph. Composition has made it already: what fails here was composed by other rules, or
 * planned wrongly.
 *
 * @returns a function that throws an Error with the subgraph, the path and the kinds of data, for the log
 */
export function handoverCheck(supergraph: GraphQLSchema): (plan: QueryPlan) => void {
  const recipients = readRecipients(supergraph);
  if (!recipients) return () => {};
  return ({ node }) => {
    for (const fetch of fetchesOf(node)) {
      for (const handover of handoversOf(fetch)) {
        const objection = recipients.objectionTo(handover);
        if (objection !== undefined) throw new Error(`refused a plan: ${objection}`);
      }
    }
  };
}

/** Every fetch of a plan, whichever of its ways is gone. */
export function fetchesOf(node: PlanNode | SubscriptionNode | undefined): FetchNode[] {
  switch (node?.kind) {
    case undefined:
      return [];
    case "Subscription":
      return [node.primary, ...fetchesOf(node.rest)];
    case "Sequence":
    case "Parallel":
      return node.nodes.flatMap(fetchesOf);
    case "Flatten":
      return fetchesOf(node.node);
    case "Condition":
      return [...fetchesOf(node.ifClause), ...fetchesOf(node.elseClause)];
    case "Defer":
      return [...fetchesOf(node.primary.node), ...node.deferred.flatMap((part) => fetchesOf(part.node))];
    case "Fetch":
      return [node];
  }
}

/** What a fetch sends: the representations of its entities, and what it takes from the objects around them. */
function handoversOf(fetch: FetchNode): Handover[] {
  const { serviceName: subgraph, requires = [], contextRewrites = [] } = fetch;
  const renamed = renamedIn(fetch);
  const types = requires.flatMap((each) => (each.kind === "InlineFragment" ? (each.typeCondition ?? []) : []));
  const representations = requires.map((each): Handover => {
    const type = (each.kind === "InlineFragment" && each.typeCondition) || "_Entity";
    const selections = each.kind === "InlineFragment" ? each.selections : [each];
    return { subgraph, type, selections: selections.map((one) => named(one, renamed)) };
  });
  const taken = contextRewrites.flatMap(({ path }) => contextHandovers(subgraph, path, types));
  return [...representations, ...taken];
}

/** The fields that go by names of the planner's own, which the rewrites turn back. */
function renamedIn({ inputRewrites = [] }: FetchNode): ReadonlyMap<string, string> {
  return new Map(
    inputRewrites.flatMap((rewrite) =>
      rewrite.kind === "KeyRenamer" ? [[rewrite.path.at(-1) ?? "", rewrite.renameKeyTo] as const] : [],
    ),
  );
}

type PlannedSelection = NonNullable<FetchNode["requires"]>[number];

function named(node: PlannedSelection, renamed: ReadonlyMap<string, string>): Selected {
  const selections = node.selections?.map((each) => named(each, renamed)) ?? [];
  if (node.kind === "Field") return { kind: "Field", name: renamed.get(node.name) ?? node.name, selections };
  return { kind: "InlineFragment", selections, ...(node.typeCondition && { typeCondition: node.typeCondition }) };
}

/** The way to a value: up with `..`, then down by fields and conditions. Unless it says where it begins, at the entity. */
function contextHandovers(subgraph: string, path: readonly string[], entities: readonly string[]): Handover[] {
  const steps = path.filter((step) => step !== "..");
  const isElsewhere = steps.length < path.length;
  const selections = steps.reduceRight<readonly Selected[]>((inner, step) => {
    const typeCondition = /^\.\.\. on (?<type>.+)$/.exec(step)?.groups?.type;
    return [
      typeCondition === undefined
        ? { kind: "Field", name: step, selections: inner }
        : { kind: "InlineFragment", typeCondition, selections: inner },
    ];
  }, []);
  const [first] = selections;
  if (first?.kind === "InlineFragment" && first.typeCondition !== undefined) {
    return [{ subgraph, type: first.typeCondition, selections: first.selections }];
  }
  // Whatever the object around is: the planner has said so until now, and what it does not say is refused.
  return (isElsewhere || entities.length === 0 ? ["_Entity"] : entities).map((type) => ({
    subgraph,
    type,
    selections,
  }));
}
