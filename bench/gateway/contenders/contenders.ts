/** Who is measured, and how each is started as a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import product from "../../../package.json" with { type: "json" };
import { stopProcess } from "../process.ts";

const startTimeoutMs = 60_000;

/** What a contender needs to start. */
export interface Setting {
  readonly supergraphFile: string;
  /** What the bounds are to replay (`bounds/replay.ts`). */
  readonly replayFile: string;
}

export interface Contender {
  readonly name: string;
  /** Whether its answer is the query's. The bounds that only fetch answer with what they fetched. */
  readonly answersQuery: boolean;
  /** Whether it is measured with one identity in all requests too: the bounds dedupe nothing. */
  readonly dedupes: boolean;
  /** Arguments of `node`. */
  command(setting: Setting, port: number): readonly string[];
}

export interface RunningContender {
  readonly contender: Contender;
  readonly child: ChildProcess;
  readonly pid: number;
  readonly url: string;
  /** Resolves when it does. */
  answers(): Promise<void>;
  close(): Promise<void>;
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const hiveGateway = here("../../node_modules/@graphql-hive/gateway/dist/bin.js");

export const stock: Contender = {
  name: "stock",
  answersQuery: true,
  dedupes: true,
  command: ({ supergraphFile }, port) => [here("stock.ts"), supergraphFile, String(port)],
};

/** What `npm run federation:serve` runs, without npm around it: the arguments of `node`. */
const [, ...serveCommand] = product.scripts["federation:serve"].split(" ");

export const huimin: Contender = {
  name: "huimin",
  answersQuery: true,
  dedupes: true,
  command: ({ supergraphFile }, port) => [...serveCommand, "--supergraph", supergraphFile, "--port", String(port)],
};

const hive = (name: string, options: readonly string[]): Contender => ({
  name,
  answersQuery: true,
  dedupes: true,
  command: ({ supergraphFile }, port) => [
    hiveGateway,
    "supergraph",
    supergraphFile,
    ...["--config-path", here("hive.config.ts"), "--host", "localhost", "--port", String(port), ...options],
  ],
});

const bound = (kind: string, answersQuery: boolean): Contender => ({
  name: `bound-${kind}`,
  answersQuery,
  dedupes: false,
  command: ({ replayFile }, port) => [here("../bounds/server.ts"), kind, replayFile, String(port)],
});

export const rivals: readonly Contender[] = [hive("hive-js", []), hive("hive-native", ["--hive-router-runtime"])];

export const bounds: readonly Contender[] = [bound("undici", false), bound("sockets", false), bound("bytes", true)];

/** Starts one, which is of use once it `answers`. Its own log lines go to standard error. */
export function startContender(
  contender: Contender,
  setting: Setting,
  port: number,
  nodeOptions: readonly string[] = [],
): RunningContender {
  const child = spawn(process.execPath, [...nodeOptions, ...contender.command(setting, port)], {
    cwd: here("../../.."),
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: { ...process.env, NODE_ENV: "production" },
  });
  if (child.pid === undefined) throw new Error(`${contender.name} did not start`);
  const url = `http://localhost:${port}/graphql`;
  return {
    contender,
    child,
    pid: child.pid,
    url,
    answers: () => answers(contender, url, child),
    close: () => stopProcess(child),
  };
}

async function answers({ name }: Contender, url: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + startTimeoutMs;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${name} ended with exit code ${child.exitCode}`);
    if (performance.now() > deadline) throw new Error(`${name} does not answer`);
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: "{ __typename }" }),
    }).catch(() => undefined);
    const text = await answer?.text();
    if (answer?.ok) return;
    if (answer && answer.status !== 503) throw new Error(`${name} answers with status ${answer.status}: ${text}`);
    await wait(50);
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "localhost");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
