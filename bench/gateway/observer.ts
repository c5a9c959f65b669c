/**
 * Preloaded into a gateway's process (`node --import`), it tells over IPC what only the process itself
 * knows: its heap after a full collection, and a CPU profile of its main thread.
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { Session } from "node:inspector/promises";
import { fileURLToPath } from "node:url";
import type { CpuProfile } from "./self-time.ts";

type Question = "memory" | "start profile" | "end profile";

/** Memory of a process in MiB. */
export interface Memory {
  /** Before the collection. */
  readonly rss: number;
  /** What a full collection leaves. */
  readonly heap: number;
  /** Buffers outside of the heap. */
  readonly external: number;
}

/** Options for `node` that make a process answer the questions below. */
export const observed = ["--expose-gc", "--import", fileURLToPath(import.meta.url)];

export async function memoryOf(child: ChildProcess): Promise<Memory> {
  return (await ask(child, "memory")) as Memory;
}

/** Profiles the main thread of a process while `act` runs. */
export async function profileWhile(child: ChildProcess, act: () => Promise<void>): Promise<CpuProfile> {
  await ask(child, "start profile");
  await act();
  return (await ask(child, "end profile")) as CpuProfile;
}

async function ask(child: ChildProcess, question: Question): Promise<unknown> {
  child.send(question);
  const [answer] = await once(child, "message");
  return answer;
}

const mebibyte = 2 ** 20;
const session = new Session();

const answers: Readonly<Record<Question, () => unknown>> = {
  memory: () => {
    const { rss } = process.memoryUsage();
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    return { rss: rss / mebibyte, heap: heapUsed / mebibyte, external: external / mebibyte };
  },
  "start profile": async () => {
    nameJsonCalls();
    session.connect();
    await session.post("Profiler.enable");
    await session.post("Profiler.start");
    return "started";
  },
  "end profile": async () => (await session.post("Profiler.stop")).profile,
};

/** V8 counts its own JSON functions as their callers; functions of this file it counts as what they are. */
function nameJsonCalls(): void {
  const { parse, stringify } = JSON;
  Object.assign(JSON, {
    parse: (...args: Parameters<typeof parse>) => parse(...args),
    stringify: (...args: Parameters<typeof stringify>) => stringify(...args),
  });
}

// Workers run preloaded modules too, and the bench itself imports this one: neither answers questions.
if (process.execArgv.includes("--expose-gc") && process.send) {
  process.on("message", async (question: Question) => process.send?.(await answers[question]()));
  process.channel?.unref();
}
