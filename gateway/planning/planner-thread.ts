/** The planner in a thread: one task at a time, a bounded queue, a bounded time, and a new thread for a dead one. */
import { Worker } from "node:worker_threads";
import type { QueryPlan } from "@apollo/query-planner";
import { GraphQLError } from "graphql";
import { LRUCache } from "lru-cache";
import { HuiminError } from "../../trust/errors.ts";
import type { Planner, PlanRequest } from "./planner.ts";
import type { NamedSubgraph, PlanningTask, WorkerMessage } from "./worker-messages.ts";

/** What a planner is given at most. */
export interface PlannerLimits {
  /** Operations that wait for their plan. */
  readonly waiting: number;
  /** Time for one operation, in milliseconds; its thread is given up after that. */
  readonly planMs: number;
  /** Time for reading the supergraph, in milliseconds. */
  readonly loadMs: number;
}

const usualLimits: PlannerLimits = { waiting: 1_000, planMs: 10_000, loadMs: 60_000 };

/** Operations that were too wide are remembered, so many for so many milliseconds: each may cost a thread. */
const overruns = { max: 1_000, ttl: 10 * 60_000 } as const;

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
export async function startPlannerThread(supergraphSdl: string, limits = usualLimits): Promise<StartedPlanner> {
  let thread = await startThread(supergraphSdl, limits);
  const { apiSdl, subgraphs, version } = thread.ready;
  const waiting: Waiting[] = [];
  const tooWide = new LRUCache<string, true>(overruns);
  let working: Promise<void> | undefined;
  let closed = false;

  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      try {
        if (!thread.alive()) thread = await startThread(supergraphSdl, limits);
        next.resolve(await thread.plan(next.task));
      } catch (error) {
        if (error instanceof TooWide) tooWide.set(next.task.document, true);
        next.reject(error instanceof Error ? error : new Error(String(error)));
      }
    }
    working = undefined;
  };
  const plan = ({ document, overrides }: PlanRequest): Promise<QueryPlan> => {
    if (closed) return Promise.reject(new Error("the planner is closed"));
    if (tooWide.has(document)) return Promise.reject(new TooWide());
    if (waiting.length >= limits.waiting) return Promise.reject(new HuiminError("OVERLOADED"));
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

/** The planner needs more steps, time or memory for an operation than it has. */
class TooWide extends GraphQLError {
  constructor() {
    super("The operation has too many ways through the subgraphs to be planned. Split it into smaller ones.");
  }
}

interface Thread {
  readonly ready: Ready;
  alive(): boolean;
  plan(task: PlanningTask): Promise<QueryPlan>;
  stop(): Promise<unknown>;
}

async function startThread(supergraphSdl: string, limits: PlannerLimits): Promise<Thread> {
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
    const first = await answerOf(worker, limits.loadMs);
    if (first.type !== "ready") throw new Error(first.type === "unreadable" ? first.message : "no supergraph was read");
    return { ready: first, alive: () => alive, stop, plan: (task) => planIn(worker, task, limits.planMs, stop) };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function planIn(worker: Worker, task: PlanningTask, planMs: number, stop: Thread["stop"]): Promise<QueryPlan> {
  worker.postMessage(task);
  const answer = await answerOf(worker, planMs).catch(async () => {
    // The operation wore the thread out, in time or in memory; it must not wear out the next one too.
    await stop();
    throw new TooWide();
  });
  if (answer.type === "planned") return JSON.parse(answer.plan);
  if (answer.type === "tooWide") throw new TooWide();
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
