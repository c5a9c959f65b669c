/** Flags of the gateway bench. */
import { parseArgs } from "node:util";

export interface BenchOptions {
  readonly json: boolean;
  readonly connections: number;
  /** How long a subgraph holds an answer back, in milliseconds. */
  readonly latencyMs: number;
  readonly rounds: number;
  readonly secondsPerSlice: number;
  /** Part of the names of the contenders to measure; stock is always the reference. */
  readonly only: readonly string[];
}

export const usage = `npm run bench:gateway -- [--quick] [--json] [--connections N] [--latency MS] [--only NAME,NAME]

  --quick          two minutes instead of a quarter of an hour; the figures scatter more
  --json           only an array of figures on standard output
  --connections N  requests in flight, 16 unless given; 50 is what published comparisons use
  --latency MS     milliseconds by which each subgraph answers later, 0 unless given
  --only NAMES     measure only these: huimin, stock, hive-js, hive-native, bound-undici, bound-sockets,
                   bound-bytes
`;

const flags = {
  quick: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  connections: { type: "string", default: "16" },
  latency: { type: "string", default: "0" },
  only: { type: "string" },
  help: { type: "boolean", default: false },
} as const;

/** @returns undefined when help is asked for */
export function readOptions(args: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({ args: [...args], options: flags });
  if (values.help) return undefined;
  return {
    json: values.json,
    connections: positive(values.connections),
    latencyMs: Number(values.latency),
    ...(values.quick ? { rounds: 3, secondsPerSlice: 0.5 } : { rounds: 5, secondsPerSlice: 5 }),
    only: values.only?.split(",") ?? [],
  };
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new TypeError(`${text} is not a number of connections`);
  return value;
}
