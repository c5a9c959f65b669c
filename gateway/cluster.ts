/**
 * The gateway on several cores: processes that share one port. They share nothing else but Redis; each
 * watches the supergraph file itself. A connection that is being handed to a worker in the very moment of
 * its death is lost with it, as node:cluster knows no way back; all others go to the workers that live.
 */
import cluster, { type Worker } from "node:cluster";
import { z } from "zod";
import { type LifecycleMessage, type RunningService, StartRefused } from "../platform/lifecycle.ts";
import type { Logger } from "../platform/log.ts";

/** Shortest and longest pause before a dead worker is replaced, in milliseconds; it doubles with every death. */
const pauses = { shortest: 100, longest: 30_000 } as const;

/** A worker that lived this long was well: the next pause is short again. In milliseconds. */
const wellAfterMs = 60_000;

/** How long workers may take to finish their requests before they are killed, in milliseconds. */
const stopTimeoutMs = 9_000;

const lifecycleMessage: z.ZodType<LifecycleMessage> = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready"), url: z.string() }),
  z.object({ type: z.literal("failed"), reason: z.string() }),
]);

/** Whether this process is one of the workers that `createCluster` started. */
export const isClusterWorker: boolean = cluster.isWorker;

/**
 * Runs this program once more for each of `count` workers; ready when all are. A worker that dies is
 * replaced after a pause.
 *
 * @throws StartRefused with the reason of the first worker that cannot start
 */
export async function createCluster(count: number, log: Logger): Promise<RunningService> {
  const workers = new Set<Worker>();
  let stopping = false;
  let pause: number = pauses.shortest;

  const start = (): Worker => {
    const worker = cluster.fork();
    const startedAt = Date.now();
    workers.add(worker);
    worker.on("exit", (code, signal) => {
      workers.delete(worker);
      if (!stopping) replace(worker, startedAt, { code, signal });
    });
    return worker;
  };
  const replace = (dead: Worker, startedAt: number, end: { code: number; signal: string }) => {
    pause = Date.now() - startedAt >= wellAfterMs ? pauses.shortest : pause;
    log.error({ worker: dead.id, ...end, pauseMs: pause }, "a worker of the gateway died and is replaced");
    setTimeout(() => {
      if (!stopping) start();
    }, pause);
    pause = Math.min(pause * 2, pauses.longest);
  };
  const close = async () => {
    stopping = true;
    await Promise.all([...workers].map(stop));
  };
  try {
    const urls = await Promise.all(Array.from({ length: count }, () => readiness(start())));
    return { url: urls[0] ?? "", close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where the worker answers; rejects when it says why it cannot, or dies. */
function readiness(worker: Worker): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  worker.on("message", (message: unknown) => {
    const { data } = lifecycleMessage.safeParse(message);
    if (data?.type === "ready") resolve(data.url);
    if (data?.type === "failed") reject(new StartRefused(data.reason));
  });
  worker.once("exit", () => reject(new Error("a worker ended before it was ready")));
  return promise;
}

async function stop(worker: Worker): Promise<void> {
  if (worker.isDead()) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  worker.once("exit", () => resolve());
  worker.process.kill("SIGTERM");
  const timer = setTimeout(() => worker.process.kill("SIGKILL"), stopTimeoutMs);
  await promise;
  clearTimeout(timer);
}
