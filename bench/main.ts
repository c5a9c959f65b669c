/**
 * Measures the whole city with 2,000 citizens: cold and warm start, resident memory, and the main query
 * at 16 connections beside a bare `node:http` server that answers with the same bytes.
 *
 *     npm run bench:main              about two minutes
 *     npm run bench:main -- --json    the figures as one JSON object
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import autocannon from "autocannon";
import type { Credentials } from "../city/client/credentials.ts";
import { type BareServer, serveBytes } from "./bare-server.ts";
import { type City, startCity, treeMemory } from "./city.ts";
import { createProver } from "./proofs.ts";

const connections = 16;
const secondsPerRound = 8;
const rounds = 3;
const citizens = 2_000;
const basePort = 47_000;

interface Load {
  readonly rps: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const { values: flags } = parseArgs({ options: { json: { type: "boolean", default: false } } });
const say = (line: string) => process.stderr.write(`${line}\n`);

const data = await mkdtemp(join(tmpdir(), "huimin-bench-"));
let city: City | undefined;
let bare: BareServer | undefined;
try {
  say(`starting a new city of ${citizens} citizens`);
  city = await startCity({ data, basePort, citizens });
  const coldSeconds = city.seconds;
  await city.stop();
  say("starting it again");
  city = await startCity({ data, basePort, citizens });
  const warmSeconds = city.seconds;
  const idle = await treeMemory(city.pid);

  const query = await readFile(new URL("../city/main-query.graphql", import.meta.url), "utf8");
  const request = await mainQueryRequest(await city.credentials(), query);
  bare = await serveBytes(request.answer);
  const [main, reference]: [Load[], Load[]] = [[], []];
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}`);
    main.push(await load({ ...request.options, url: `http://localhost:${basePort + 1}/graphql` }, request.answer));
    reference.push(await load({ ...request.options, url: bare.url }, request.answer));
  }
  const figures = {
    machine: `${cpus().length} x ${cpus()[0]?.model ?? "?"}, Node ${process.version}`,
    citizens,
    coldStartSeconds: round(coldSeconds),
    warmStartSeconds: round(warmSeconds),
    memoryMiB: { idle, underLoad: await treeMemory(city.pid) },
    answerBytes: request.answer.length,
    connections,
    mainQuery: median(main),
    bareHttp: median(reference),
    ratio: round(median(main).rps / median(reference).rps, 4),
  };
  if (flags.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
  else print(figures);
} finally {
  await bare?.close();
  await city?.stop();
  await rm(data, { recursive: true, force: true });
}

async function mainQueryRequest(credentials: Credentials, query: string) {
  const headers = { "content-type": "application/json", accept: "application/graphql-response+json" };
  const body = JSON.stringify({ query });
  const url = `http://localhost:${basePort + 1}/graphql`;
  const prove = createProver(credentials, "POST", url);
  const response = await fetch(url, { method: "POST", headers: { ...headers, ...prove() }, body });
  const answer = Buffer.from(await response.arrayBuffer());
  const { data: found, errors } = JSON.parse(answer.toString()) as { data?: { me?: unknown }; errors?: unknown };
  if (!response.ok || errors || !found?.me)
    throw new Error(`the main query failed: ${answer.toString().slice(0, 500)}`);
  // The bare server is sent proofs too: the load generator then has the same work in both.
  const setupRequest = (request: autocannon.Request) => ({ ...request, headers: { ...headers, ...prove() } });
  return { answer, options: { requests: [{ method: "POST" as const, headers, body, setupRequest }] } };
}

/** One round; refuses to give figures when a single answer is not the expected one. */
async function load(options: autocannon.Options, expected: Buffer): Promise<Load> {
  const text = expected.toString();
  const result = await autocannon({
    ...options,
    connections,
    duration: secondsPerRound,
    verifyBody: (body) => body === text,
  });
  const failures = result.errors + result.timeouts + result.non2xx + result.mismatches;
  if (failures > 0) throw new Error(`${failures} wrong answers from ${options.url}`);
  return { rps: round(result.requests.average), p50Ms: result.latency.p50, p99Ms: result.latency.p99 };
}

function median(loads: readonly Load[]): Load {
  const sorted = [...loads].sort((a, b) => a.rps - b.rps);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error("no rounds");
  return middle;
}

function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}

function print(figures: object): void {
  for (const [name, value] of Object.entries(figures)) {
    console.log(`${name.padEnd(18)} ${typeof value === "object" ? JSON.stringify(value) : value}`);
  }
}
