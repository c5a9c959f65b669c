/**
 * The planner's own thread: the only place where the gateway loads Apollo's packages, whose memory and
 * long computations would weigh on every request elsewhere.
 */
import { parentPort, workerData } from "node:worker_threads";
import { operationFromDocument, ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from "@apollo/federation-internals";
import { QueryPlanner } from "@apollo/query-planner";
import { GraphQLError, parse, printSchema } from "graphql";
import { plannerVersion } from "./planner-version.ts";
import { withStandIns } from "./required-arguments.ts";
import { resolveStandIns } from "./stand-in-plan.ts";
import type { PlanningTask, WorkerMessage } from "./worker-messages.ts";

const port = parentPort;
if (!port) throw new Error("planner-worker.ts runs as a worker thread only");

const supergraph = readSupergraph(String(workerData));
if (supergraph) {
  const { sdl, ...standIns } = withStandIns(String(workerData));
  const planned = standIns.standIns.size > 0 ? (readSupergraph(sdl) ?? supergraph) : supergraph;
  const apiSchema = planned.apiSchema();
  const planner = new QueryPlanner(planned, {
    // Fetches without fragments are planned faster, and can be merged by their text.
    reuseQueryFragments: false,
    incrementalDelivery: { enableDefer: true },
  });
  port.on("message", ({ document, overrides }: PlanningTask) => {
    try {
      const operation = operationFromDocument(apiSchema, parse(document, { noLocation: true }), { validate: false });
      const plan = resolveStandIns(
        planner.buildQueryPlan(operation, { overrideConditions: new Map(overrides) }),
        standIns,
      );
      say({ type: "planned", plan: JSON.stringify(plan) });
    } catch (error) {
      say({ type: error instanceof GraphQLError ? "refused" : "failed", message: messageOf(error) });
    }
  });
  say({
    type: "ready",
    apiSdl: printSchema(supergraph.apiSchema().toGraphQLJSSchema({ includeDefer: true })),
    version: plannerVersion(),
    subgraphs: supergraph.subgraphsMetadata().map(({ name, url }) => ({ name, url })),
  });
}

function readSupergraph(sdl: string): Supergraph | undefined {
  try {
    return Supergraph.build(sdl, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES });
  } catch (error) {
    say({ type: "unreadable", message: messageOf(error) });
    return undefined;
  }
}

function say(message: WorkerMessage): void {
  port?.postMessage(message);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
