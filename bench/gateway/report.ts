/** What the bench says at its end. */
import { cpus, totalmem } from "node:os";
import type { Slice, Subject } from "./measure.ts";
import type { BenchOptions } from "./options.ts";

/** One line of the outcome: medians over the rounds. */
export interface Figures extends Slice {
  readonly gateway: string;
  readonly query: string;
  readonly identities: string;
}

/** Figure by figure the median over the rounds; the highest of the peaks of memory. */
export function figuresOf({ running, query, identities }: Subject, slices: readonly Slice[]): Figures {
  const of = (figure: keyof Slice, digits: number) => round(median(slices.map((slice) => slice[figure])), digits);
  return {
    gateway: running.contender.name,
    query,
    identities,
    rps: of("rps", 1),
    p50Ms: of("p50Ms", 2),
    p95Ms: of("p95Ms", 2),
    p99Ms: of("p99Ms", 2),
    cpuMsPerRequest: of("cpuMsPerRequest", 4),
    subgraphCallsPerRequest: of("subgraphCallsPerRequest", 2),
    rssMiB: round(Math.max(...slices.map(({ rssMiB }) => rssMiB)), 1),
  };
}

/** The table for people. */
export function report(figures: readonly Figures[], options: BenchOptions, versions: string): string {
  const { connections, latencyMs, rounds, secondsPerSlice } = options;
  const sections = [...Map.groupBy(figures, ({ query, identities }) => `${query} query, ${identities} identities`)];
  return [
    `${cpus().length} x ${cpus()[0]?.model ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB; ${versions}`,
    `${connections} requests in flight, subgraphs ${latencyMs} ms late, ${rounds} rounds of ${secondsPerSlice} s in turn, medians (memory: peak)`,
    ...sections.flatMap(([title, rows]) => ["", title, heading, ...rows.map((row) => line(row, rows))]),
    "",
    "The bounds over undici and sockets make the fetches of Apollo's plan (16 for the deep query, 1 for the small",
    "one), wave by wave, and answer with their texts in a row; the bytes bound answers with the finished answer.",
    "cpu: processor time of the gateway's process; calls: to subgraphs, a request.",
    "",
  ].join("\n");
}

const columns: readonly [title: string, text: (row: Figures) => string][] = [
  ["requests/s", ({ rps }) => rps.toFixed(rps < 1000 ? 1 : 0)],
  ["p50 ms", ({ p50Ms }) => p50Ms.toFixed(2)],
  ["p95 ms", ({ p95Ms }) => p95Ms.toFixed(2)],
  ["p99 ms", ({ p99Ms }) => p99Ms.toFixed(2)],
  ["cpu ms", ({ cpuMsPerRequest }) => cpuMsPerRequest.toFixed(3)],
  ["calls", ({ subgraphCallsPerRequest }) => subgraphCallsPerRequest.toFixed(2)],
  ["MiB", ({ rssMiB }) => rssMiB.toFixed(0)],
];

/** The gateways that all are compared with. */
const yardsticks: readonly [title: string, gateway: string][] = [
  ["x stock", "stock"],
  ["x hive-native", "hive-native"],
  ["x bound-undici", "bound-undici"],
];

const nameWidth = 15;
const width = 11;
const heading =
  "".padEnd(nameWidth) +
  columns.map(([title]) => title.padStart(width)).join("") +
  yardsticks.map(([title]) => title.padStart(width + 4)).join("");

function line(row: Figures, rows: readonly Figures[]): string {
  const ratios = yardsticks.map(([, gateway]) => {
    const yardstick = rows.find((other) => other.gateway === gateway);
    return (yardstick ? (row.rps / yardstick.rps).toFixed(2) : "-").padStart(width + 4);
  });
  return (
    row.gateway.padEnd(nameWidth) + columns.map(([, text]) => text(row).padStart(width)).join("") + ratios.join("")
  );
}

/** The middle of an even number of values is the mean of two. */
export function median(values: readonly number[]): number {
  const ascending = [...values].sort((a, b) => a - b);
  const half = ascending.length >> 1;
  const [low, high] = [ascending[ascending.length % 2 === 0 ? half - 1 : half], ascending[half]];
  if (low === undefined || high === undefined) throw new Error("no rounds");
  return (low + high) / 2;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
