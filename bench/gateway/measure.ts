/** One measured slice: one gateway, one query, one kind of identities, a few seconds. */
import { setTimeout as wait } from "node:timers/promises";
import type { RunningContender } from "./contenders/contenders.ts";
import { type QueryName, queries, requestBody } from "./federation/queries.ts";
import type { Subgraphs } from "./federation/server.ts";
import type { Identities, LoadJob, LoadProcess } from "./load.ts";
import { peakMiBOf, resetPeak } from "./process.ts";

/** What is measured again in each round. */
export interface Subject {
  readonly running: RunningContender;
  readonly query: QueryName;
  readonly identities: Identities;
  /** Its answer, checked to be right. */
  readonly expected: string;
}

export interface Slice {
  readonly rps: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly cpuMsPerRequest: number;
  readonly subgraphCallsPerRequest: number;
  readonly rssMiB: number;
}

export interface SliceOptions {
  readonly connections: number;
  readonly latencyMs: number;
  readonly secondsPerSlice: number;
}

/** Requests before each slice: they warm it up, and being counted they tell the subgraph calls of each. */
const countedRequests: Readonly<Record<QueryName, number>> = { deep: 64, small: 1_024 };

const quietMs = 50;

/** @throws Error when a single answer is not the expected one */
export async function measureSlice(
  subject: Subject,
  { subgraphs, load }: { readonly subgraphs: Subgraphs; readonly load: LoadProcess },
  { connections, latencyMs, secondsPerSlice }: SliceOptions,
): Promise<Slice> {
  const { running, query, identities, expected } = subject;
  const job = {
    url: running.url,
    pid: running.pid,
    body: requestBody(queries[query]),
    expected,
    identities,
    connections,
  };
  const fire = async (until: LoadJob["until"]) => {
    const result = await load.run({ ...job, until });
    if (result.failures > 0)
      throw new Error(`${result.failures} wrong answers from ${running.contender.name}, ${query}`);
    return result;
  };
  await quiet(subgraphs, latencyMs);
  resetPeak(running.pid);
  const counted = await fire({ requests: Math.max(countedRequests[query], connections) });
  const { calls } = await subgraphs.period({ latencyMs });
  const measured = await fire({ seconds: secondsPerSlice });
  return {
    rps: measured.requests / measured.seconds,
    p50Ms: percentile(measured.latenciesMs, 0.5),
    p95Ms: percentile(measured.latenciesMs, 0.95),
    p99Ms: percentile(measured.latenciesMs, 0.99),
    cpuMsPerRequest: measured.cpuMs / measured.requests,
    subgraphCallsPerRequest: calls / counted.requests,
    rssMiB: peakMiBOf(running.pid),
  };
}

/** Waits for what gateways still do for the load before, which has left. */
export async function quiet(subgraphs: Subgraphs, latencyMs: number): Promise<void> {
  do await wait(quietMs + latencyMs);
  while ((await subgraphs.period({ latencyMs })).calls > 0);
}

/** @param ascending values in ascending order, at least one */
function percentile(ascending: readonly number[], share: number): number {
  const value = ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))];
  if (value === undefined) throw new Error("no request was answered within the measured time");
  return value;
}
