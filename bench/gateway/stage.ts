/** Everything that runs while gateways are measured: subgraphs, load, contenders; and its orderly end. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Replay, wavesOf } from "./bounds/replay.ts";
import { ask } from "./check.ts";
import { Interrupted } from "./command.ts";
import {
  type Contender,
  freePort,
  type RunningContender,
  type Setting,
  startContender,
} from "./contenders/contenders.ts";
import { type QueryName, queries, queryNames, requestBody } from "./federation/queries.ts";
import { type Subgraphs, startSubgraphs } from "./federation/server.ts";
import { composeSupergraph } from "./federation/supergraph.ts";
import { type LoadProcess, startLoadProcess } from "./load.ts";

export interface Stage {
  /** For files of this run alone; removed with the stage. */
  readonly folder: string;
  readonly subgraphs: Subgraphs;
  readonly load: LoadProcess;
  /** Starts a process of a contender; it ends with the stage at the latest. */
  start(contender: Contender, options?: StartOptions): Promise<RunningContender>;
  /** Has the stock gateway answer each query once; tells the bounds the fetches. */
  reference(stock: RunningContender): Promise<Readonly<Record<QueryName, string>>>;
}

export interface StartOptions {
  /** Options of `node` itself. */
  readonly nodeOptions?: readonly string[];
  /** Another supergraph than that of the stage. */
  readonly supergraphFile?: string;
}

/** Latency under which the reference's waves of fetches are told apart. */
const recordingLatencyMs = 100;

/**
 * Runs `act` on a stage and clears it afterwards, however `act` ends; SIGINT and SIGTERM end it.
 *
 * @throws Interrupted
 */
export async function onStage<T>(act: (stage: Stage) => Promise<T>): Promise<T> {
  const stack = new AsyncDisposableStack();
  const interrupted = Promise.withResolvers<never>();
  const interrupt = () => interrupted.reject(new Interrupted());
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    return await Promise.race([setUp(stack).then(act), interrupted.promise]);
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    await stack.disposeAsync();
  }
}

async function setUp(stack: AsyncDisposableStack): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "huimin-bench-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const setting: Setting = {
    supergraphFile: join(folder, "supergraph.graphql"),
    replayFile: join(folder, "replays.json"),
  };
  const load = startLoadProcess();
  stack.defer(() => load.close());
  const subgraphs = await startSubgraphs();
  stack.defer(() => subgraphs.close());
  await writeFile(setting.supergraphFile, composeSupergraph(subgraphs.urls));
  return {
    folder,
    subgraphs,
    load,
    start: async (contender, { nodeOptions, ...other } = {}) => {
      const port = await freePort();
      if (stack.disposed) throw new Interrupted();
      const running = startContender(contender, { ...setting, ...other }, port, nodeOptions);
      stack.defer(() => running.close());
      await running.answers();
      return running;
    },
    reference: async (stock) => {
      const replays = { deep: await record(stock, "deep", subgraphs), small: await record(stock, "small", subgraphs) };
      await writeFile(setting.replayFile, JSON.stringify(queryNames.map((name) => replays[name])));
      return { deep: replays.deep.answer, small: replays.small.answer };
    },
  };
}

async function record(stock: RunningContender, query: QueryName, subgraphs: Subgraphs): Promise<Replay> {
  await subgraphs.period({ latencyMs: recordingLatencyMs, recording: true });
  const answer = await ask(stock, queries[query]);
  const { recorded } = await subgraphs.period({ latencyMs: 0 });
  return { request: requestBody(queries[query]), answer, waves: wavesOf(recorded, recordingLatencyMs) };
}
