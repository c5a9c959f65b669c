import { type ChildProcess, fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { freePort } from "../../../platform/test/ports.ts";
import { newCitizenId, newSigningKey } from "../city.ts";
import { accessToken, startIssuer, type TestIssuer } from "../issuer.ts";
import { sharedCallKey, startSubgraph, subgraphNames, type TestSubgraph } from "../subgraphs.ts";

interface RunningCluster {
  readonly primary: ChildProcess;
  readonly url: string;
  readonly issuer: TestIssuer;
  readonly subgraphs: readonly TestSubgraph[];
}

/** Processes start and end in their own time. */
const patiently = { timeout: 20_000 };

let running: RunningCluster | undefined;
afterEach(async () => {
  if (!running) return;
  const { primary, issuer, subgraphs } = running;
  running = undefined;
  if (primary.exitCode === null && primary.signalCode === null) {
    primary.kill("SIGTERM");
    await once(primary, "exit");
  }
  await Promise.all([issuer.stop(), ...subgraphs.map((subgraph) => subgraph.close())]);
});

function forkGateway(environment: Readonly<Record<string, string>>): ChildProcess {
  return fork(fileURLToPath(new URL("../../main.ts", import.meta.url)), [], {
    env: { PATH: process.env.PATH ?? "", LOG_LEVEL: "silent", ...environment },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
}

async function startCluster(workers: number): Promise<RunningCluster> {
  const [issuer, port] = await Promise.all([startIssuer(), freePort()]);
  const url = `http://localhost:${port}`;
  const subgraphs = await Promise.all(subgraphNames.map((name) => startSubgraph(name, url)));
  const primary = forkGateway({
    HUIMIN_PORT: String(port),
    HUIMIN_ISSUER: issuer.url,
    HUIMIN_GATEWAY_URL: url,
    HUIMIN_SIGNING_KEY: JSON.stringify(await newSigningKey()),
    HUIMIN_SUBGRAPH_KEYS: subgraphNames.map((name) => `${name}=${sharedCallKey}`).join(","),
    HUIMIN_SUBGRAPHS: subgraphNames.map((name, i) => `${name}=${subgraphs[i]?.url}`).join(","),
    HUIMIN_WORKERS: String(workers),
  });
  running = { primary, url, issuer, subgraphs };
  const [message] = await once(primary, "message");
  expect(message).toEqual({ type: "ready", url });
  return running;
}

/** The process IDs of the workers. */
function workersOf({ pid }: ChildProcess): number[] {
  const { stdout } = spawnSync("pgrep", ["-P", String(pid)], { encoding: "utf8" });
  return stdout.split("\n").filter(Boolean).map(Number);
}

/** What a citizen is answered; over a connection of its own, so that any worker may be the one. */
async function askName({ url, issuer }: RunningCluster): Promise<unknown> {
  const citizen = newCitizenId();
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      connection: "close",
      authorization: `Bearer ${await accessToken(issuer, `${url}/graphql`, citizen)}`,
    },
    body: JSON.stringify({ query: "{ me { id } }" }),
  });
  const { data } = await response.json();
  return data.me.id === citizen;
}

describe("a cluster of gateways", () => {
  it("answers on one port from all its workers, replaces one that dies, and stops as a whole", async () => {
    const cluster = await startCluster(2);
    const before = workersOf(cluster.primary);
    expect(before).toHaveLength(2);
    expect(await Promise.all(Array.from({ length: 20 }, () => askName(cluster)))).toEqual(Array(20).fill(true));

    const [victim = 0, survivor = 0] = before;
    process.kill(victim, "SIGKILL");
    await expect.poll(() => workersOf(cluster.primary).includes(victim), patiently).toBe(false);
    expect(await askName(cluster)).toBe(true);
    await expect.poll(() => workersOf(cluster.primary).length, patiently).toBe(2);
    expect(workersOf(cluster.primary)).toContain(survivor);

    const last = workersOf(cluster.primary);
    const exited = once(cluster.primary, "exit");
    cluster.primary.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
    for (const pid of last) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  it("ends its workers when whoever started it is gone", async () => {
    const cluster = await startCluster(2);
    const workers = workersOf(cluster.primary);
    cluster.primary.disconnect();
    await once(cluster.primary, "exit");
    for (const pid of workers) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  it("refuses to start with the sentence of the worker that cannot", async () => {
    const [issuer, port] = await Promise.all([startIssuer(), freePort()]);
    const primary = forkGateway({
      HUIMIN_PORT: String(port),
      HUIMIN_ISSUER: issuer.url,
      HUIMIN_GATEWAY_URL: `http://localhost:${port}`,
      HUIMIN_SIGNING_KEY: JSON.stringify(await newSigningKey()),
      HUIMIN_SUBGRAPH_KEYS: "citizen=none",
      HUIMIN_SUBGRAPHS: "citizen=http://localhost:1/",
      HUIMIN_WORKERS: "2",
    });
    const exited = once(primary, "exit");
    const [message] = await once(primary, "message");
    expect(message).toMatchObject({ type: "failed" });
    expect(message.reason).toMatch(
      /^gateway cannot start: HUIMIN_SUBGRAPHS has no address for the subgraph employment/,
    );
    expect(await exited).toEqual([1, null]);
    await issuer.stop();
  });
});
