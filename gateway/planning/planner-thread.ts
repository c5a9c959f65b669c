/** The planner in a thread: one task at a time, a bounded queue, a bounded time, and a new thread for a dead one. */
import { Worker } from "node:worker_threads";
import type { QueryPlan } from "@apollo/query-planner";
import { GraphQLError } from "graphql";
import { HuiminError } from "../../trust/errors.ts";
import type { Planner, PlanRequest } from "./planner.ts";
import type { NamedSubgraph, PlanningTask, WorkerMessage } from "./worker-messages.ts";

/** Most operations that wait for their plan. */
const maxWaiting = 1_000;

/** Longest time that one operation is planned, in milliseconds; its thread is given up after that. */
const planTimeoutMs = 10_000;

/** Longest time that a supergraph may take to load, in milliseconds. */
const loadTimeoutMs = 60_000;

/**
 * Memory of the thread. What needs more dies alone, without the gateway. What planning leaves behind lives
 * shortly: a larger young generation would only make the process larger.
 */
const resourceLimits = { maxOldGenerationSizeMb: 1_024, maxYoungGenerationSizeMb: 16 } as const;

/** A planner that has read its supergraph, and what it learned from it. */
export interface StartedPlanner {
  readonly planner: Planner;
  /** The schema that clients see. */
  readonly apiSdl: string;
  readonly subgraphs: readonly NamedSubgraph[];
  /** Names the code that plans: another version may plan otherwise. */
  readonly version: string;
}

interface Waiting {
  readonly task: PlanningTask;
  readonly resolve: (plan: QueryPlan) => void;
  readonly reject: (reason: Error) => void;
}

type Ready = Extract<WorkerMessage, { type: "ready" }>;

/**
 * Starts a thread that plans over `supergraphSdl`.
 *
 * @throws Error that says why the supergraph cannot be read
 */
export async function startPlannerThread(supergraphSdl: string): Promise<StartedPlanner> {
  let thread = await startThread(supergraphSdl);
  const { apiSdl, subgraphs, version } = thread.ready;
  const waiting: Waiting[] = [];
  let working: Promise<void> | undefined;
  let closed = false;

  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      try {
        if (!thread.alive()) thread = await startThread(supergraphSdl);
        next.resolve(await thread.plan(next.task));
      } catch (error) {
        next.reject(error instanceof Error ? error : new Error(String(error)));
      }
    }
    working = undefined;
  };
  const plan = ({ document, overrides }: PlanRequest): Promise<QueryPlan> => {
    if (closed) return Promise.reject(new Error("the planner is closed"));
    if (waiting.length >= maxWaiting) return Promise.reject(new HuiminError("OVERLOADED"));
    const { promise, resolve, reject } = Promise.withResolvers<QueryPlan>();
    waiting.push({ task: { document, overrides: [...overrides] }, resolve, reject });
    working ??= work();
    return promise;
  };
  const close = async () => {
    closed = true;
    await working;
    await thread.stop();
  };
  return { planner: { plan, close }, apiSdl, subgraphs, version };
}

interface Thread {
  readonly ready: Ready;
  alive(): boolean;
  plan(task: PlanningTask): Promise<QueryPlan>;
  stop(): Promise<unknown>;
}

async function startThread(supergraphSdl: string): Promise<Thread> {
  const worker = new Worker(new URL("./planner-worker.ts", import.meta.url), {
    workerData: supergraphSdl,
    resourceLimits,
  });
  // A thread that idles must not keep the process alive.
  worker.unref();
  let alive = true;
  worker.on("error", () => {
    alive = false;
  });
  worker.on("exit", () => {
    alive = false;
  });
  const stop = () => {
    alive = false;
    return worker.terminate();
  };
  try {
    const first = await answerOf(worker, loadTimeoutMs);
    if (first.type !== "ready") throw new Error(first.type === "unreadable" ? first.message : "no supergraph was read");
    return { ready: first, alive: () => alive, stop, plan: (task) => planIn(worker, task, stop) };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function planIn(worker: Worker, task: PlanningTask, stop: Thread["stop"]): Promise<QueryPlan> {
  worker.postMessage(task);
  const answer = await answerOf(worker, planTimeoutMs).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  if (answer.type === "planned") return JSON.parse(answer.plan);
  if (answer.type === "refused") throw new GraphQLError(answer.message);
  throw new Error(`the planner failed: ${answer.type === "failed" ? answer.message : answer.type}`);
}

/** The next message of the thread; rejects when it dies or says nothing for `timeoutMs`. */
function answerOf(worker: Worker, timeoutMs: number): Promise<WorkerMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<WorkerMessage>();
  const onExit = () => reject(new Error("the planner's thread ended"));
  const timer = setTimeout(() => reject(new Error(`the planner gave no answer within ${timeoutMs} ms`)), timeoutMs);
  worker.once("message", resolve).once("error", reject).once("exit", onExit);
  return promise.finally(() => {
    clearTimeout(timer);
    worker.off("message", resolve).off("error", reject).off("exit", onExit);
  });
}
