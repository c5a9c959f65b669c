/**
 * The planner's own thread: the only place where the gateway loads Apollo's packages, whose memory and
 * long computations would weigh on every request elsewhere.
 */
import { parentPort, workerData } from "node:worker_threads";
import { operationFromDocument, ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from "@apollo/federation-internals";
import { type QueryPlan, QueryPlanner } from "@apollo/query-planner";
import { type DocumentNode, type FieldNode, GraphQLError, Kind, parse, visit } from "graphql";
import { apiSdl } from "./api-sdl.ts";
import { withFirmSelections, withoutConditions } from "./conditional-selections.ts";
import { mendPlan } from "./mend-plan.ts";
import { plannerVersion } from "./planner-version.ts";
import { withStandIns } from "./required-arguments.ts";
import { readRequirements } from "./requirements.ts";
import type { PlanningTask, WorkerMessage } from "./worker-messages.ts";

/** The gateway itself sees to what these demand (`gateway/rights/`). */
const supportedFeatures = new Set([...ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, "https://huimin.invalid/rights/v1.0"]);

const typenameField: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: "__typename" } };

const port = parentPort;
if (!port) throw new Error("planner-worker.ts runs as a worker thread only");

const supergraph = readSupergraph(String(workerData));
if (supergraph) {
  const { sdl, standIns } = withStandIns(String(workerData));
  const requirements = readRequirements(sdl);
  const planned = standIns.size > 0 ? (readSupergraph(sdl) ?? supergraph) : supergraph;
  const apiSchema = planned.apiSchema();
  const planner = new QueryPlanner(planned, {
    // Fetches without fragments are planned faster, and can be merged by their text.
    reuseQueryFragments: false,
    incrementalDelivery: { enableDefer: true },
  });
  // What came with `@composeDirective` is the clients' and the subgraphs' affair; Apollo's schema does not know it.
  const withoutComposed = (document: DocumentNode): DocumentNode =>
    visit(document, { Directive: ({ name }) => (apiSchema.directive(name.value) ? undefined : null) });
  const plan = (document: DocumentNode, overrides: PlanningTask["overrides"]) => {
    const operation = operationFromDocument(apiSchema, withoutComposed(document), { validate: false });
    return mendPlan(planner.buildQueryPlan(operation, { overrideConditions: new Map(overrides) }), {
      standIns,
      requirements,
    });
  };
  port.on("message", ({ document, overrides }: PlanningTask) => {
    try {
      const parsed = withFirmSelections(withoutIntrospection(parse(document, { noLocation: true })));
      say({ type: "planned", plan: JSON.stringify(planSomehow(parsed, (version) => plan(version, overrides))) });
    } catch (error) {
      say(explain(error));
    }
  });
  say({
    type: "ready",
    apiSdl: apiSdl(supergraph),
    version: plannerVersion(),
    subgraphs: supergraph.subgraphsMetadata().map(({ name, url }) => ({ name, url })),
  });
}

/** The gateway answers introspection alone, and knows more of it than Apollo's schema does. */
function withoutIntrospection(document: DocumentNode): DocumentNode {
  return visit(document, {
    Field: ({ name: { value } }) => (value === "__schema" || value === "__type" ? typenameField : undefined),
  });
}

/** Some conditions make the planner fail (interface objects): then everything is fetched, and the answer left to them. */
function planSomehow(document: DocumentNode, plan: (document: DocumentNode) => QueryPlan): QueryPlan {
  try {
    return plan(document);
  } catch (error) {
    const unconditional = withoutConditions(document);
    if (unconditional === document) throw error;
    return plan(unconditional);
  }
}

/** The planner's own limits, as it words them. */
const limitPassed = /^(Exceeded maximum recursive|Number of non-local|Too many options)/;

function explain(error: unknown): WorkerMessage {
  const message = messageOf(error);
  if (limitPassed.test(message)) return { type: "tooWide" };
  return { type: error instanceof GraphQLError ? "refused" : "failed", message };
}

function readSupergraph(sdl: string): Supergraph | undefined {
  try {
    return Supergraph.build(sdl, { supportedFeatures });
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
