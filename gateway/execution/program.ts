/**
 * An operation compiled to a program: what its plan sends, where the answers go, and how the whole is
 * written as text. Nothing of a request is looked at here that could have been looked at before.
 */
import type { PlanNode, QueryPlan } from "@apollo/query-planner";
import { type DocumentNode, type GraphQLSchema, Kind, type OperationDefinitionNode } from "graphql";
import type { Errand } from "../admission/admit.ts";
import type { WrittenAnswer } from "../answer.ts";
import type { Boundary, SubgraphAnswer, SubgraphRequest } from "../boundary/boundary.ts";
import type { Variables } from "../operation/operation.ts";
import { noRefusals, type Refusals } from "../rights/rights.ts";
import { compileIntrospection } from "./introspection.ts";
import { createTypeConditions } from "./type-conditions.ts";
import { createVisiblePath } from "./visible-path.ts";
import { compileWay, type Parts, type Way } from "./way.ts";
import { createGuards } from "./write/guards.ts";
import { appliesTo, type Fragments, selectedFields } from "./write/selected-fields.ts";

/** An operation with its plan. */
export interface PlannedOperation {
  /** The schema that its client sees. */
  readonly schema: GraphQLSchema;
  readonly supergraphSchema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  readonly plan: QueryPlan;
  /** What clients call a response name, where the gateway has put a name of its own in its place. */
  readonly responseNames?: ReadonlyMap<string, string>;
  /** What its caller may not read; `plan` does without it. */
  readonly refusals?: Refusals;
}

/** An operation compiled for one supergraph: run any number of times, also at once. */
export interface Program {
  /** Runs a query or mutation. Fields that a subgraph cannot give are null, each with an error. */
  execute(variables: Variables, errand: Errand, boundary: Boundary): Promise<WrittenAnswer>;
  /** Whether a part of it may be deferred (`@defer`). */
  readonly incremental: boolean;
  /**
   * The same, part by part: JSON texts, of which the first holds `data` and the others `incremental`; each
   * says in `hasNext` whether another follows. Whoever stops reading stops the run.
   */
  executeIncrementally(variables: Variables, errand: Errand, boundary: Boundary): AsyncGenerator<string, void, void>;
  /** Where the events of a subscription come from; queries and mutations have none. */
  readonly source?: SubscriptionSource;
}

/** The events of a subscription. */
export interface SubscriptionSource {
  readonly subgraph: string;
  /** Names of the root fields. */
  readonly fields: readonly string[];
  /** What the subgraph is subscribed to. */
  request(variables: Variables): SubgraphRequest;
  /** The answer to one event: the rest of the plan is run over it. */
  answer(event: SubgraphAnswer, variables: Variables, errand: Errand, boundary: Boundary): Promise<WrittenAnswer>;
}

/** Compiles an operation. */
export function compileProgram(operation: PlannedOperation): Program {
  const parts = readParts(operation);
  const { node } = operation.plan;
  const source =
    node?.kind === "Subscription" ? compileSource(parts, compileWay(parts, node.rest, node.primary)) : undefined;
  const choose = compileWays(parts, node?.kind === "Subscription" ? undefined : node);
  return {
    execute: (variables, errand, boundary) => choose(variables).execute({ variables, errand, boundary }),
    incremental: node !== undefined && node.kind !== "Subscription" && defers(node),
    executeIncrementally: (variables, errand, boundary) =>
      choose(variables).executeIncrementally({ variables, errand, boundary }),
    ...(source && { source }),
  };
}

function readParts(operation: PlannedOperation): Parts {
  const { document, definition, schema, supergraphSchema, refusals = noRefusals } = operation;
  const { responseNames = new Map<string, string>() } = operation;
  const fragments: Fragments = Object.fromEntries(
    document.definitions
      .filter((node) => node.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  return {
    schema,
    supergraphSchema,
    definition,
    fragments,
    guards: createGuards(),
    conditions: createTypeConditions(supergraphSchema),
    visible: createVisiblePath(definition.selectionSet, fragments, responseNames),
    responseNames,
    refusals,
    introspection: compileIntrospection(schema, definition, fragments),
  };
}

function compileSource({ schema, definition, fragments }: Parts, way: Way): SubscriptionSource | undefined {
  const { event } = way;
  const type = schema.getSubscriptionType();
  if (!event || !type) return undefined;
  const fields = selectedFields({ fragments, applies: appliesTo(schema, type) }, [
    { selectionSet: definition.selectionSet, selected: [[]] },
  ]);
  return {
    subgraph: event.subgraph,
    fields: fields.map(({ node }) => node.name.value),
    request: event.request,
    answer: (answer, variables, errand, boundary) => way.execute({ variables, errand, boundary }, answer),
  };
}

/** Conditions around a `@defer` (`if: $variable`) choose between plans; each is compiled when it first comes up. */
function compileWays(parts: Parts, node: PlanNode | undefined): (variables: Variables) => Way {
  const ways = new Map<PlanNode | undefined, Way>();
  return (variables) => {
    const chosen = choose(node, variables);
    const way = ways.get(chosen) ?? compileWay(parts, chosen);
    ways.set(chosen, way);
    return way;
  };
}

function choose(node: PlanNode | undefined, variables: Variables): PlanNode | undefined {
  if (node?.kind !== "Condition" || !defers(node)) return node;
  return choose(variables[node.condition] === true ? node.ifClause : node.elseClause, variables);
}

function defers(node: PlanNode | undefined): boolean {
  switch (node?.kind) {
    case "Defer":
      return true;
    case "Condition":
      return defers(node.ifClause) || defers(node.elseClause);
    case "Sequence":
    case "Parallel":
      return node.nodes.some(defers);
    case "Flatten":
      return defers(node.node);
    default:
      return false;
  }
}
