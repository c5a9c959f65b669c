/** The subgraph fetches of a query as the stock gateway made them: what the bounds make again. */
import type { RecordedCall } from "../federation/server.ts";

export interface Fetch {
  readonly origin: string;
  readonly path: string;
  readonly body: string;
}

/** What a bound knows of one query. */
export interface Replay {
  /** The request that asks for it. */
  readonly request: string;
  /** The gateway's answer. */
  readonly answer: string;
  /** Fetches that follow one another; those of one wave go out together. */
  readonly waves: readonly (readonly Fetch[])[];
}

/** Groups calls that were recorded under a latency so high that waves cannot overlap. */
export function wavesOf(calls: readonly RecordedCall[], latencyMs: number): Fetch[][] {
  const waves: Fetch[][] = [];
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const { url, body, arrivedMs } of [...calls].sort((a, b) => a.arrivedMs - b.arrivedMs)) {
    if (arrivedMs - lastMs > latencyMs / 2) waves.push([]);
    const { origin, pathname } = new URL(url);
    waves.at(-1)?.push({ origin, path: pathname, body });
    lastMs = arrivedMs;
  }
  return waves;
}
