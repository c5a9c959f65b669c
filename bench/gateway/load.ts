/**
 * The load, in a process of its own: autocannon, and what the kernel says of the gateway meanwhile. One
 * process serves all slices, a job each, by IPC.
 */
import { type ChildProcess, fork } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import autocannon from "autocannon";
import { cpuMsOf, stopProcess } from "./process.ts";

/** Whether all requests carry one `Authorization`, or each its own, so that nothing may be shared. */
export type Identities = "same" | "distinct";

export interface LoadJob {
  readonly url: string;
  readonly body: string;
  /** The one right answer, byte for byte. */
  readonly expected: string;
  readonly identities: Identities;
  readonly connections: number;
  /** Either so many requests in all, or so many measured seconds. */
  readonly until: { readonly requests: number } | { readonly seconds: number };
  /** The gateway's process. */
  readonly pid: number;
}

export interface LoadResult {
  /** Within the measured time. */
  readonly requests: number;
  readonly seconds: number;
  /** Processor time of the gateway within the measured time. */
  readonly cpuMs: number;
  /** Latency of each request within the measured time, in milliseconds, ascending. */
  readonly latenciesMs: readonly number[];
  /** Of the whole run: anything but the expected answer with status 200. */
  readonly failures: number;
}

export interface LoadProcess {
  run(job: LoadJob): Promise<LoadResult>;
  close(): Promise<void>;
}

export function startLoadProcess(): LoadProcess {
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), { execArgv: [], serialization: "advanced" });
  return {
    run: (job) => {
      const { promise, resolve, reject } = Promise.withResolvers<LoadResult>();
      const ended = () => reject(new Error("the load process ended"));
      child.once("exit", ended);
      child.once("message", (result: LoadResult) => {
        child.off("exit", ended);
        resolve(result);
      });
      child.send(job);
      return promise;
    },
    close: () => stopProcess(child),
  };
}

const settleMs = 250;

async function run(job: LoadJob): Promise<LoadResult> {
  const latenciesMs: number[] = [];
  const ended = Promise.withResolvers<autocannon.Result>();
  const cannon = autocannon(optionsOf(job), (error, result) => (error ? ended.reject(error) : ended.resolve(result)));
  cannon.on("response", (_client, _status, _bytes, latencyMs) => latenciesMs.push(latencyMs));
  if ("requests" in job.until) {
    const { requests, seconds, failures } = outcomeOf(await ended.promise);
    return { requests, seconds, failures, cpuMs: 0, latenciesMs: [] };
  }
  await wait(settleMs);
  latenciesMs.length = 0;
  const [begunMs, cpuBegunMs] = [performance.now(), cpuMsOf(job.pid)];
  await wait(job.until.seconds * 1000);
  const measured = latenciesMs.slice().sort((a, b) => a - b);
  const seconds = (performance.now() - begunMs) / 1000;
  const cpuMs = cpuMsOf(job.pid) - cpuBegunMs;
  cannon.stop();
  const { failures } = outcomeOf(await ended.promise);
  return { requests: measured.length, seconds, cpuMs, latenciesMs: measured, failures };
}

function optionsOf({ url, body, expected, identities, connections, until }: LoadJob): autocannon.Options {
  // autocannon replaces the tag anywhere in the request, by another text each time.
  const token = identities === "distinct" ? "[<id>]" : "one-for-all";
  return {
    url,
    method: "POST",
    body,
    connections,
    headers: { "content-type": "application/json", accept: "application/json", authorization: `Bearer ${token}` },
    idReplacement: identities === "distinct",
    expectBody: expected,
    sampleInt: 50,
    ...("requests" in until ? { amount: until.requests } : { duration: until.seconds + 60 }),
  };
}

function outcomeOf(result: autocannon.Result) {
  const failures = result.errors + result.non2xx + result.mismatches;
  return { requests: result["2xx"], seconds: result.duration, failures };
}

if (import.meta.main) {
  process.on("disconnect", () => process.exit());
  process.on("message", async (job: LoadJob) => process.send?.(await run(job)));
}
