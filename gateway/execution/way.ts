/** One way of running an operation: a plan without further choices, and the writers of its answer. */
import type { FetchNode, PlanNode } from "@apollo/query-planner";
import type { GraphQLSchema, OperationDefinitionNode } from "graphql";
import type { WrittenAnswer } from "../answer.ts";
import type { SubgraphAnswer, SubgraphRequest } from "../boundary/boundary.ts";
import type { Variables } from "../operation/operation.ts";
import type { Refusals } from "../rights/rights.ts";
import { type CompiledPlan, compilePlan } from "./compiled-plan.ts";
import { compileDeferred, rootTypeOf } from "./deferred.ts";
import { type Incremental, runIncrementally } from "./incremental.ts";
import type { Fetch } from "./plan-graph.ts";
import { Run, type RunContext, variablesText } from "./run.ts";
import type { Tree } from "./tree.ts";
import type { TypeConditions } from "./type-conditions.ts";
import type { VisiblePath } from "./visible-path.ts";
import { compileWriter, type WriterOptions } from "./write/compile.ts";
import { always, type Guards } from "./write/guards.ts";
import type { Fragments } from "./write/selected-fields.ts";
import type { WriteValue } from "./write/writing.ts";
import { responseMembers, writeData } from "./written-data.ts";

/** What is known of an operation whatever its plan. */
export interface Parts {
  /** The schema that its client sees. */
  readonly schema: GraphQLSchema;
  readonly supergraphSchema: GraphQLSchema;
  readonly definition: OperationDefinitionNode;
  readonly fragments: Fragments;
  readonly guards: Guards;
  readonly conditions: TypeConditions;
  readonly visible: VisiblePath;
  /** What clients call a response name, where the gateway has put a name of its own in its place. */
  readonly responseNames: ReadonlyMap<string, string>;
  readonly refusals: Refusals;
  /** Answers what is asked of the schema itself. */
  readonly introspection: ((variables: Variables) => Tree) | undefined;
}

export interface Way {
  /** Runs it to the end; over an event when it is a subscription. */
  execute(context: RunContext, event?: SubgraphAnswer): Promise<WrittenAnswer>;
  /** Runs it part by part. */
  executeIncrementally(context: RunContext): AsyncGenerator<string, void, void>;
  /** Where the events of a subscription come from. */
  readonly event: { readonly subgraph: string; request(variables: Variables): SubgraphRequest } | undefined;
}

/** Compiles a plan; `event` is the fetch that gives a subscription its events. */
export function compileWay(parts: Parts, node: PlanNode | undefined, event?: FetchNode): Way {
  const { schema, supergraphSchema, definition, fragments, guards, conditions, responseNames, refusals } = parts;
  const plan = compilePlan(node, event, conditions);
  const isPlanned = (place: string) => plan.fetches.some(({ writes }) => writes.has(place));
  const options: WriterOptions = {
    schema,
    supergraphSchema,
    fragments,
    guards,
    responseNames,
    refusals,
    isPlanned,
    sharedAt: plan.sharedAt,
  };
  const root = rootTypeOf(schema, definition.operation);
  const whole = compileWriter(options, root, [{ selectionSet: definition.selectionSet, selected: always }], "");
  const incremental = compileIncremental(parts, plan, options);
  const execute: Way["execute"] = async (context, answer) =>
    finish(parts, whole, context, await runToEnd(parts, plan, context, answer));
  return {
    execute,
    async *executeIncrementally(context) {
      if (incremental) {
        yield* runIncrementally(incremental, context.variables, (onDone) => newRun(parts, plan, context, onDone));
      } else yield (await execute(context)).body;
    },
    event: event && {
      subgraph: event.serviceName,
      request: (variables) => ({
        kind: "subscription",
        query: event.operation,
        queryJson: JSON.stringify(event.operation),
        variables: variablesText(event.variableUsages ?? [], variables),
        entities: [],
      }),
    },
  };
}

function compileIncremental(parts: Parts, plan: CompiledPlan, options: WriterOptions): Incremental | undefined {
  if (plan.deferred.length === 0) return undefined;
  const { schema, definition, guards, conditions, visible } = parts;
  const { selectionSet } = definition;
  const root = rootTypeOf(schema, definition.operation);
  return {
    fetches: plan.fetches,
    primary: compileWriter({ ...options, undeferred: true }, root, [{ selectionSet, selected: always }], ""),
    deferred: plan.deferred,
    writers: new Map(plan.deferred.map((part) => [part, compileDeferred(options, root, selectionSet, part)])),
    guards,
    conditions,
    visible,
  };
}

function newRun(parts: Parts, plan: CompiledPlan, context: RunContext, onDone: (fetch: Fetch) => void): Run {
  const run = new Run(plan, context, parts.visible, onDone);
  if (parts.introspection) Object.assign(run.data, parts.introspection(context.variables));
  return run;
}

function runToEnd(parts: Parts, plan: CompiledPlan, context: RunContext, event?: SubgraphAnswer): Promise<Run> {
  return new Promise((resolve) => {
    let open = plan.fetches.length;
    const run = newRun(parts, plan, context, () => {
      open -= 1;
      if (open === 0) resolve(run);
    });
    if (open === 0) resolve(run);
    else run.start(event);
  });
}

function finish({ guards }: Parts, write: WriteValue, { variables }: RunContext, run: Run): WrittenAnswer {
  const { text } = writeData(run, guards.decide(variables), { write, value: run.data, path: [], part: 0 });
  const errors = run.problems.list();
  const body = `{${responseMembers(text, errors)}}`;
  if (errors.length > 0) return { body, ...(run.problems.challenge && { challenge: run.problems.challenge }) };
  const { cacheability } = run.freshness;
  return { body, ...(cacheability && { cacheability }) };
}
