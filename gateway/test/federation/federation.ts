/** A fixture made ready: its gateway's parts, its monolith, and Apollo's executor over the same plans. */

import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, type Schema, Supergraph } from "@apollo/federation-internals";
import { executeQueryPlan } from "@apollo/gateway";
import type { QueryPlan } from "@apollo/query-planner";
import {
  buildSchema,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  Kind,
  parse,
  print,
} from "graphql";
import type { Errand } from "../../admission/admit.ts";
import type { AnswerError } from "../../answer.ts";
import type { Boundary } from "../../boundary/boundary.ts";
import { compileProgram } from "../../execution/program.ts";
import { avoidClashes, reservedNames } from "../../planning/clashing-names.ts";
import { startPlannerThread } from "../../planning/planner-thread.ts";
import { noRefusals, type Refusals, withoutRefused } from "../../rights/rights.ts";
import { type BoundaryOptions, type FixtureBoundary, fixtureBoundaries, type SeenCall } from "./boundary.ts";
import type { Faults } from "./faults.ts";
import {
  type Arguments,
  composeFixture,
  type Fixture,
  monolith,
  type Run,
  subgraph,
  withoutPromises,
} from "./fixture.ts";

/** What a client gets, and what it cost. */
export interface Outcome extends Pick<ExecutionResult, "data"> {
  readonly errors?: readonly AnswerError[];
  readonly calls: readonly SeenCall[];
}

export interface Federation {
  readonly fixture: Fixture;
  /** What clients see. */
  readonly schema: GraphQLSchema;
  readonly supergraphSdl: string;
  plan(document: DocumentNode, overrides?: ReadonlyMap<string, boolean>): Promise<QueryPlan>;
  /** Runs an operation by this project's engine. */
  ask(document: DocumentNode | string, variables?: Arguments, options?: AskOptions): Promise<Outcome>;
  /** Runs it by Apollo's executor, over the same plan. */
  askStock(
    document: DocumentNode | string,
    variables?: Arguments,
    options?: AskOptions,
  ): Promise<Pick<ExecutionResult, "data" | "errors">>;
  /** Runs it without any gateway, over all the data at once. */
  readonly askMonolith: (document: DocumentNode | string, variables?: Arguments, faults?: Faults) => ReturnType<Run>;
  /** The same over a schema in which every field is nullable: no null hides what is beside it. */
  readonly askUnhidden: Federation["askMonolith"];
  close(): Promise<void>;
}

export interface AskOptions extends BoundaryOptions {
  /** `@override` labels that are on. */
  readonly overrides?: ReadonlyMap<string, boolean>;
  /** What the caller may not read of a document. */
  readonly refusalsOf?: (document: DocumentNode) => Refusals | Promise<Refusals>;
}

const silent = { debug: () => {}, warn: () => {}, error: () => {} };
const errand: Errand = { admitted: { kind: "anonymous" }, log: silent };

/** Composes a fixture and starts its planner. */
export async function startFederation(fixture: Fixture): Promise<Federation> {
  const supergraphSdl = composeFixture(fixture);
  const { planner, apiSdl } = await startPlannerThread(supergraphSdl);
  const schema = buildSchema(apiSdl);
  const supergraphSchema = buildSchema(supergraphSdl, { assumeValidSDL: true });
  const reserved = reservedNames(supergraphSchema);
  const boundaryTo = fixtureBoundaries(fixture);
  const run = monolith(fixture, schema);
  const runUnhidden = monolith(fixture, withoutPromises(apiSdl));
  const stock = stockExecutor(fixture, supergraphSdl);
  const plan: Federation["plan"] = (document, overrides = new Map()) =>
    planner.plan({ document: print(document), overrides });
  const prepare = async (source: DocumentNode | string, variables: Arguments, options: AskOptions) => {
    const document = documentOf(source);
    const definition = operationOf(document);
    const refusals = (await options.refusalsOf?.(document)) ?? noRefusals;
    const allowed = refusals.key === "" ? document : withoutRefused(document, schema, refusals);
    return {
      document,
      definition,
      refusals,
      variables: coerce(schema, document, variables),
      plan: await plan(allowed, options.overrides),
    };
  };
  return {
    fixture,
    schema,
    supergraphSdl,
    plan,
    async ask(source, variables = {}, options = {}) {
      const { document, responseNames } = avoidClashes(documentOf(source), reserved);
      const prepared = await prepare(document, variables, options);
      const boundary: FixtureBoundary = boundaryTo(options);
      const program = compileProgram({ schema, supergraphSchema, responseNames, ...prepared });
      const { body } = await program.execute(prepared.variables, errand, boundary satisfies Boundary);
      return { ...JSON.parse(body), calls: boundary.calls };
    },
    async askStock(source, variables = {}, options = {}) {
      const prepared = await prepare(source, variables, options);
      return stock(prepared, options);
    },
    askMonolith(source, variables = {}, faults) {
      const document = documentOf(source);
      return run(document, variables, faults);
    },
    askUnhidden(source, variables = {}, faults) {
      return runUnhidden(documentOf(source), variables, faults);
    },
    close: () => planner.close(),
  };
}

interface Prepared {
  readonly document: DocumentNode;
  readonly definition: ReturnType<typeof operationOf>;
  readonly variables: Arguments;
  readonly plan: QueryPlan;
}

function documentOf(source: DocumentNode | string): DocumentNode {
  return typeof source === "string" ? parse(source, { noLocation: true }) : source;
}

function operationOf(document: DocumentNode) {
  const definition = getOperationAST(document);
  if (!definition) throw new Error("A document of exactly one operation is needed");
  return definition;
}

/** The values of the variables as the pipeline hands them to the engine. */
function coerce(schema: GraphQLSchema, document: DocumentNode, inputs: Arguments): Arguments {
  const { coerced, errors } = getVariableValues(schema, operationOf(document).variableDefinitions ?? [], inputs);
  if (errors) throw new Error(errors.map(({ message }) => message).join("\n"));
  return coerced;
}

function stockExecutor(fixture: Fixture, supergraphSdl: string) {
  const supergraph = Supergraph.build(supergraphSdl, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES });
  const apiSchema: Schema = supergraph.apiSchema();
  const schema = apiSchema.toGraphQLJSSchema();
  const supergraphSchema = supergraph.schema.toGraphQLJSSchema();
  const runs = Object.keys(fixture.subgraphs).map((name) => [name, subgraph(fixture, name)] as const);
  return async ({ document, definition, variables, plan }: Prepared, { faults, down }: AskOptions) => {
    const services = Object.fromEntries(
      runs.map(([name, run]) => [name, { process: dataSource(down?.has(name) ? undefined : run, faults) }]),
    );
    const fragments = Object.fromEntries(
      document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
    );
    type Context = Parameters<typeof executeQueryPlan>[2];
    // It reads these members alone; the rest of the type is for Apollo Server's plugins.
    const context = { request: { variables }, context: {}, metrics: {}, logger: silent } as unknown as Context;
    return executeQueryPlan(
      plan,
      services,
      context,
      { schema, operation: definition, fragments },
      supergraphSchema,
      apiSchema,
    );
  };
}

type DataSource = Parameters<typeof executeQueryPlan>[1][string];

function dataSource(run: Run | undefined, faults: Faults | undefined): DataSource["process"] {
  return async ({ request }) => {
    if (!run) throw new Error("down");
    const { data, errors } = await run(parse(request.query ?? ""), request.variables ?? {}, faults);
    return JSON.parse(JSON.stringify({ data, errors }));
  };
}
