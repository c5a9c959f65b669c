/**
 * Measures identity: sign-ins, code flows, client credentials, refreshes and introspections a second, and its
 * memory, beside Keycloak's published figures for one vCPU.
 *
 *     npm run bench:identity                       embedded, about two minutes
 *     DATABASE_URL=… REDIS_URL=… npm run bench:identity     on servers
 *     npm run --silent bench:identity -- --json    the figures as one JSON object
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { cpuMsOf, peakMiBOf, resetPeak } from "../gateway/process.ts";
import { describeCost, hashMs, keycloakCost, ourCost } from "./hash-cost.ts";
import { clientCredentials, codeFlows, introspections, type Operation, refreshes, signIns } from "./operations.ts";
import { openStage, type Stage } from "./stage.ts";

/** One line of the outcome. */
interface Figure {
  readonly operation: string;
  /** With all of the machine's cores, which the bench's own client shares. */
  readonly perSecond: number;
  /** Processor time of identity's process for one, in milliseconds. */
  readonly cpuMs: number;
  /** How many one core does: 1,000 divided by `cpuMs`. */
  readonly perCpuSecond: number;
  /** Keycloak's published figure for one vCPU, where there is one. */
  readonly keycloakPerVcpu: number | null;
}

/** Published for sizing Keycloak: per vCPU and second. */
const keycloak = { passwordSignIns: 15, clientCredentials: 120, refreshes: 120, memoryMiB: 1_250 } as const;

const workers = 16;
const { values: flags } = parseArgs({
  options: { json: { type: "boolean", default: false }, seconds: { type: "string", default: "8" } },
});
const seconds = Number(flags.seconds);
const say = (line: string) => process.stderr.write(`${line}\n`);

say("starting a city");
const stage = await openStage();
try {
  const costs = { ours: await hashMs(ourCost), keycloak: await hashMs(keycloakCost) };
  resetPeak(stage.pid);
  const figures = await measureAll(stage, costs);
  const memoryMiB = Math.round(peakMiBOf(stage.pid));
  const outcome = {
    machine: `${cpus().length} x ${cpus()[0]?.model ?? "?"}, Node ${process.version}`,
    stores: process.env.DATABASE_URL && process.env.REDIS_URL ? "PostgreSQL and Redis servers" : "embedded",
    workers,
    secondsEach: seconds,
    hash: {
      ours: describeCost(ourCost),
      oursCpuMs: costs.ours,
      keycloak: describeCost(keycloakCost),
      keycloakCpuMs: costs.keycloak,
    },
    figures,
    memoryMiB,
    keycloakMemoryMiB: keycloak.memoryMiB,
  };
  process.stdout.write(flags.json ? `${JSON.stringify(outcome, null, 2)}\n` : reportOf(outcome));
} finally {
  await stage.close();
}

async function measureAll(at: Stage, costs: HashCosts): Promise<Figure[]> {
  const figures: Figure[] = [];
  const shared = signIns(at);
  let turns = 0;
  const bySignIn = async () => () => shared(turns++);
  const signIn = await measure(at, "password sign-ins, our hash cost", bySignIn, keycloak.passwordSignIns);
  figures.push(signIn, atEqualHashCost(signIn, costs));
  figures.push(await measure(at, "code-to-token flows (PAR, DPoP)", (worker) => codeFlows(at, worker), null));
  const grants = (worker: number) => clientCredentials(at, worker);
  figures.push(await measure(at, "client credentials", grants, keycloak.clientCredentials));
  figures.push(await measure(at, "refreshes", (worker) => refreshes(at, worker), keycloak.refreshes));
  figures.push(await measure(at, "introspections", (worker) => introspections(at, worker), null));
  return figures;
}

/** Processor milliseconds of one hash. */
interface HashCosts {
  readonly ours: number;
  readonly keycloak: number;
}

/**
 * The same with Keycloak's hash in the place of ours, reckoned: measured, every sign-in would hash a second time, to
 * bring the account to our cost.
 */
function atEqualHashCost(signIn: Figure, { ours, keycloak: theirs }: HashCosts): Figure {
  const cpuMs = signIn.cpuMs - ours + theirs;
  const perSecond = (signIn.perSecond * signIn.cpuMs) / cpuMs;
  return {
    ...signIn,
    operation: "the same at Keycloak's hash cost, reckoned",
    perSecond,
    cpuMs,
    perCpuSecond: 1000 / cpuMs,
  };
}

/** Lets every worker repeat an operation for some seconds. */
async function measure(
  at: Stage,
  operation: string,
  prepare: (worker: number) => Promise<Operation>,
  keycloakPerVcpu: number | null,
): Promise<Figure> {
  say(operation);
  const operations = await Promise.all(Array.from({ length: workers }, (_, worker) => prepare(worker)));
  const [cpuBefore, begun] = [cpuMsOf(at.pid), performance.now()];
  let done = 0;
  const repeat = async (once: Operation) => {
    for (let turn = 1; performance.now() - begun < seconds * 1000; turn++) {
      await once(turn);
      done += 1;
    }
  };
  await Promise.all(operations.map(repeat));
  const elapsed = (performance.now() - begun) / 1000;
  const cpuMs = (cpuMsOf(at.pid) - cpuBefore) / done;
  return { operation, perSecond: done / elapsed, cpuMs, perCpuSecond: 1000 / cpuMs, keycloakPerVcpu };
}

function reportOf(outcome: {
  readonly machine: string;
  readonly stores: string;
  readonly hash: {
    readonly ours: string;
    readonly oursCpuMs: number;
    readonly keycloak: string;
    readonly keycloakCpuMs: number;
  };
  readonly figures: readonly Figure[];
  readonly memoryMiB: number;
}): string {
  const { machine, stores, hash: cost, figures, memoryMiB } = outcome;
  const rows = figures.map(({ operation, perSecond, cpuMs, perCpuSecond, keycloakPerVcpu }) =>
    [
      operation.padEnd(42),
      perSecond.toFixed(0).padStart(9),
      cpuMs.toFixed(2).padStart(9),
      perCpuSecond.toFixed(0).padStart(12),
      (keycloakPerVcpu === null ? "-" : String(keycloakPerVcpu)).padStart(10),
      (keycloakPerVcpu === null ? "-" : `${(perCpuSecond / keycloakPerVcpu).toFixed(1)} x`).padStart(9),
    ].join(""),
  );
  return `${[
    `${machine}; ${stores}; ${workers} workers, ${seconds} s each; the bench's client shares the cores`,
    `hash: ours ${cost.ours}, ${cost.oursCpuMs.toFixed(1)} ms; Keycloak's ${cost.keycloak}, ${cost.keycloakCpuMs.toFixed(1)} ms`,
    "",
    `${"".padEnd(42)}${"a second".padStart(9)}${"cpu ms".padStart(9)}${"a cpu second".padStart(12)}${"Keycloak".padStart(10)}${"ratio".padStart(9)}`,
    ...rows,
    "",
    `memory of identity, peak: ${memoryMiB} MiB (Keycloak ${keycloak.memoryMiB} MB)`,
    "a cpu second: how many one core of identity's process does; Keycloak: its published figure for one vCPU",
  ].join("\n")}\n`;
}
