/**
 * What trust costs: the main query of a city of 2,000 citizens with all of it on, beside the same query on the same
 * databases with all of it off, in one interleaved run; as the citizen, and as a caseworker with a purpose. Each is
 * measured twice: with somebody else on each connection, who asks about a citizen of her own, as in a city; and with one
 * person on all of them, whose equal requests share their answers in flight, so that what each request must prove is
 * nearly all that is left to do.
 *
 *     npm run bench:trust                     about four minutes
 *     npm run --silent bench:trust -- --json  {ratio, asWhom, askers, parts} for each of the four
 *
 * Both sides share planner, engine, caches, resolvers, rules and statements. Off: no token, proof or limit is looked
 * at, no field demands anything, nothing is shown to a subgraph, and a subgraph believes whoever calls.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import autocannon from "autocannon";
import { type City, startCity } from "../city.ts";
import { createProver } from "../proofs.ts";
import { measureParts, type PartCosts } from "./parts.ts";
import { type Asker, peopleOf } from "./people.ts";
import { plainCaller } from "./plain-caller.ts";
import { type PlainCity, startPlainCity } from "./plain-city.ts";

const citizens = 2_000;
// Below the ports that the system gives to outgoing connections.
const basePort = 27_300;
const connections = 16;
const rounds = 5;

/** What is asked on one connection. */
interface Question {
  readonly body: string;
  /** Headers of one request. */
  readonly headers: () => Record<string, string>;
  /** The answer. */
  readonly expected: string;
}

interface Outcome {
  /** Requests a second with trust, divided by those without. */
  readonly ratio: number;
  readonly asWhom: "citizen" | "caseworker";
  /** How many people share the connections. */
  readonly askers: number;
  readonly onPerSecond: number;
  readonly offPerSecond: number;
  /** Microseconds of processor time for one request. */
  readonly parts: PartCosts;
}

const { values: flags } = parseArgs({
  options: { json: { type: "boolean", default: false }, seconds: { type: "string", default: "4" } },
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
const url = `http://localhost:${basePort + 1}/graphql`;
let city: City | undefined;
let plain: PlainCity | undefined;
try {
  say(`starting a city of ${citizens} citizens`);
  city = await startCity({ data, basePort, citizens });
  const { accessToken } = await city.credentials();
  const people = await peopleOf(data, basePort, connections, accessToken);
  plain = await startPlainCity(data, basePort);
  const query = await readFile(new URL("../../city/main-query.graphql", import.meta.url), "utf8");
  const purpose = { "huimin-purpose": "pension-determination" };
  const outcomes: Outcome[] = [];
  for (const askers of [connections, 1]) {
    const [citizens, caseworkers] = [people.citizens.slice(0, askers), people.caseworkers.slice(0, askers)];
    outcomes.push(await compare("citizen", citizens, () => query, plain.url, {}));
    outcomes.push(await compare("caseworker", caseworkers, caseworkersQuery, plain.url, purpose));
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(outcomes)}\n`);
  else print(outcomes);
} finally {
  await plain?.close();
  await city?.stop();
  await rm(data, { recursive: true, force: true });
}

async function compare(
  asWhom: Outcome["asWhom"],
  askers: readonly Asker[],
  queryAbout: (citizen: string) => string,
  plainUrl: string,
  more: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const questions = await Promise.all(askers.map((asker) => questionOf(asker, queryAbout(asker.citizen), more)));
  for (const { expected, ...question } of questions) {
    if ((await answerOf(plainUrl, question)) !== expected) throw new Error(`both must answer the ${asWhom} alike`);
  }
  const counts: { on: number[]; off: number[] } = { on: [], off: [] };
  for (let round = 1; round <= rounds; round++) {
    say(`${asWhom}, ${askers.length} on ${connections} connections: round ${round} of ${rounds}`);
    counts.on.push(await load(url, questions));
    counts.off.push(await load(plainUrl, questions));
  }
  const ratios = counts.on.map((count, index) => count / (counts.off[index] ?? Number.NaN));
  const [somebody] = askers;
  if (!somebody) throw new Error("nobody asks");
  return {
    ratio: Number(median(ratios).toFixed(3)),
    asWhom,
    askers: askers.length,
    onPerSecond: Math.round(median(counts.on)),
    offPerSecond: Math.round(median(counts.off)),
    parts: await measureParts(somebody.credentials, url),
  };
}

/** The other side is sent the same headers: the load generator then has the same work for both. */
async function questionOf(
  { citizen, credentials }: Asker,
  query: string,
  more: Readonly<Record<string, string>>,
): Promise<Question> {
  const prove = createProver(credentials, "POST", url);
  const headers = () => ({ "content-type": "application/json", [plainCaller]: citizen, ...more, ...prove() });
  const body = JSON.stringify({ query });
  return { body, headers, expected: await answerOf(url, { body, headers }) };
}

async function answerOf(at: string, { body, headers }: Omit<Question, "expected">): Promise<string> {
  const response = await fetch(at, { method: "POST", headers: headers(), body });
  const text = await response.text();
  if (!response.ok || text.includes('"errors"')) throw new Error(`${at} answered ${text.slice(0, 500)}`);
  return text;
}

/** Requests a second; refuses to give a figure when a single answer is not the expected one. */
async function load(at: string, questions: readonly Question[]): Promise<number> {
  let connection = 0;
  let mismatches = 0;
  const result = await autocannon({
    url: at,
    connections,
    duration: Number(flags.seconds),
    setupClient: (client) => {
      const question = questions[connection++ % questions.length];
      if (!question) throw new Error("there is nothing to ask");
      const { body, headers, expected } = question;
      const setupRequest = (request: autocannon.Request) => ({ ...request, headers: headers() });
      const onResponse = (_status: number, text: string) => {
        if (text !== expected) mismatches++;
      };
      client.setRequests([{ method: "POST", body, setupRequest, onResponse }]);
    },
  });
  const failures = result.errors + result.timeouts + result.non2xx + mismatches;
  if (failures > 0) throw new Error(`${failures} wrong answers from ${at}`);
  return result.requests.average;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function print(outcomes: readonly Outcome[]): void {
  console.log(`${cpus().length} x ${cpus()[0]?.model ?? "?"}, Node ${process.version}`);
  for (const { asWhom, askers, ratio, onPerSecond, offPerSecond, parts } of outcomes) {
    console.log(`\nas the ${asWhom}, ${askers} on ${connections} connections: ratio ${ratio}`);
    console.log(`  ${onPerSecond} requests/s with trust, ${offPerSecond} without`);
    for (const [part, microseconds] of Object.entries(parts)) {
      console.log(`  ${part.padEnd(28)} ${microseconds.toFixed(1).padStart(7)} us a request`);
    }
  }
}
