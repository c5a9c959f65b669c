/**
 * What trust costs: the main query of a city of 2,000 citizens with all of it on, beside the same query on the same
 * databases with all of it off, in one interleaved run; as the citizen, and as a caseworker with a purpose.
 *
 *     npm run bench:trust                     about three minutes
 *     npm run --silent bench:trust -- --json  {ratio, asWhom, parts} for each of the two
 *
 * Both sides share planner, engine, caches, resolvers, rules and statements. Off: no token, proof or limit is looked
 * at, no field demands anything, nothing is shown to a subgraph, and a subgraph believes whoever calls.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import autocannon from "autocannon";
import { decodeJwt } from "jose";
import type { Credentials } from "../../city/client/credentials.ts";
import { type City, startCity } from "../city.ts";
import { createProver } from "../proofs.ts";
import { employCaseworker } from "./caseworker.ts";
import { measureParts, type PartCosts } from "./parts.ts";
import { type PlainCity, startPlainCity } from "./plain-city.ts";

const citizens = 2_000;
// Below the ports that the system gives to outgoing connections.
const basePort = 27_300;
const connections = 16;
const rounds = 5;

interface Side {
  readonly url: string;
  /** Headers of one request. */
  readonly headers: () => Record<string, string>;
}

interface Outcome {
  /** Requests a second with trust, divided by those without. */
  readonly ratio: number;
  readonly asWhom: "citizen" | "caseworker";
  readonly onPerSecond: number;
  readonly offPerSecond: number;
  /** Microseconds of processor time for one request. */
  readonly parts: PartCosts;
}

const { values: flags } = parseArgs({
  options: { json: { type: "boolean", default: false }, seconds: { type: "string", default: "6" } },
});
const say = (line: string) => process.stderr.write(`${line}\n`);

/** What a caseworker reads for her purpose: the main query as far as it goes. */
const caseworkersQuery = (id: string) => `{
  citizen(id: "${id}") {
    id name { text latin }
    pension { status scheme contributionMonths lastPayment { month amount { amount currency } } }
    employment { status job { employer occupation start } }
  }
}`;

const data = await mkdtemp(join(tmpdir(), "huimin-bench-"));
let city: City | undefined;
let plain: PlainCity | undefined;
try {
  say(`starting a city of ${citizens} citizens`);
  city = await startCity({ data, basePort, citizens });
  const credentials = await city.credentials();
  const citizen = String(decodeJwt(credentials.accessToken).sub);
  plain = await startPlainCity(data, basePort, citizen);
  const query = await readFile(new URL("../../city/main-query.graphql", import.meta.url), "utf8");
  const outcomes: Outcome[] = [
    await compare("citizen", query, plain.url, credentials, {}),
    await compare("caseworker", caseworkersQuery(citizen), plain.url, await employCaseworker(data, basePort), {
      "huimin-purpose": "pension-determination",
    }),
  ];
  if (flags.json) process.stdout.write(`${JSON.stringify(outcomes)}\n`);
  else print(outcomes);
} finally {
  await plain?.close();
  await city?.stop();
  await rm(data, { recursive: true, force: true });
}

async function compare(
  asWhom: Outcome["asWhom"],
  query: string,
  plainUrl: string,
  credentials: Credentials,
  more: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const url = `http://localhost:${basePort + 1}/graphql`;
  const prove = createProver(credentials, "POST", url);
  const body = JSON.stringify({ query });
  // The other side is sent the same headers: the load generator then has the same work for both.
  const headers = () => ({ "content-type": "application/json", ...more, ...prove() });
  const [on, off]: [Side, Side] = [
    { url, headers },
    { url: plainUrl, headers },
  ];
  const expected = await answerOf(on, body);
  if ((await answerOf(off, body)) !== expected) throw new Error(`both sides must answer the ${asWhom} alike`);
  const counts: { on: number[]; off: number[] } = { on: [], off: [] };
  for (let round = 1; round <= rounds; round++) {
    say(`${asWhom}: round ${round} of ${rounds}`);
    counts.on.push(await load(on, body, expected));
    counts.off.push(await load(off, body, expected));
  }
  const ratios = counts.on.map((count, index) => count / (counts.off[index] ?? Number.NaN));
  return {
    ratio: Number(median(ratios).toFixed(3)),
    asWhom,
    onPerSecond: Math.round(median(counts.on)),
    offPerSecond: Math.round(median(counts.off)),
    parts: await measureParts(credentials, url),
  };
}

async function answerOf({ url, headers }: Side, body: string): Promise<string> {
  const response = await fetch(url, { method: "POST", headers: headers(), body });
  const text = await response.text();
  if (!response.ok || text.includes('"errors"')) throw new Error(`${url} answered ${text.slice(0, 500)}`);
  return text;
}

/** Requests a second; refuses to give a figure when a single answer is not the expected one. */
async function load({ url, headers }: Side, body: string, expected: string): Promise<number> {
  const setupRequest = (request: autocannon.Request) => ({ ...request, headers: headers() });
  const result = await autocannon({
    url,
    connections,
    duration: Number(flags.seconds),
    requests: [{ method: "POST", body, setupRequest }],
    verifyBody: (text) => text === expected,
  });
  const failures = result.errors + result.timeouts + result.non2xx + result.mismatches;
  if (failures > 0) throw new Error(`${failures} wrong answers from ${url}`);
  return result.requests.average;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function print(outcomes: readonly Outcome[]): void {
  console.log(`${cpus().length} x ${cpus()[0]?.model ?? "?"}, Node ${process.version}`);
  for (const { asWhom, ratio, onPerSecond, offPerSecond, parts } of outcomes) {
    console.log(`\nas the ${asWhom}: ${onPerSecond} requests/s with trust, ${offPerSecond} without: ${ratio}`);
    for (const [part, microseconds] of Object.entries(parts)) {
      console.log(`  ${part.padEnd(28)} ${microseconds.toFixed(1).padStart(7)} us a request`);
    }
  }
}
