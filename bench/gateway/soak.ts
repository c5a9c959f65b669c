/**
 * Shows that Huimin's gateway does not grow: mixed load for minutes, then ten thousand operations that it
 * has never seen. The heap is what a full collection leaves.
 *
 *     npm run bench:soak [-- --minutes 10] [--operations 10000]
 */
import { parseArgs } from "node:util";
import { checkedAnswer } from "./check.ts";
import { runCommand } from "./command.ts";
import { huimin, type RunningContender, stock } from "./contenders/contenders.ts";
import { queries, queryNames, requestBody } from "./federation/queries.ts";
import { growthPerHour, type Reading } from "./growth.ts";
import type { Identities, LoadJob } from "./load.ts";
import { quiet } from "./measure.ts";
import { memoryOf, observed } from "./observer.ts";
import { onStage, type Stage } from "./stage.ts";

const { values: flags } = parseArgs({
  options: { minutes: { type: "string", default: "10" }, operations: { type: "string", default: "10000" } },
});
const connections = 16;
const secondsPerSlice = 5;
const operationsAtOnce = 8;
/** The first part of a soak fills caches and pools; growth is told of the rest. */
const settlingShare = 0.2;

await runCommand(() =>
  onStage(async (stage) => {
    const reference = await stage.start(stock);
    const answers = await stage.reference(reference);
    const gateway = await stage.start(huimin, { nodeOptions: observed });
    const jobs: LoadJob[] = [];
    for (const query of queryNames) {
      const expected = await checkedAnswer(gateway, query, answers[query]);
      const kinds: Identities[] = ["distinct", "same"];
      jobs.push(...kinds.map((identities) => jobOf(gateway, requestBody(queries[query]), expected, identities)));
    }
    await reference.close();
    await mixedLoad(stage, gateway, jobs, Number(flags.minutes));
    await distinctOperations(stage, gateway, Number(flags.operations));
  }),
);

function jobOf({ url, pid }: RunningContender, body: string, expected: string, identities: Identities): LoadJob {
  return { url, pid, body, expected, identities, connections, until: { seconds: secondsPerSlice } };
}

async function mixedLoad(stage: Stage, gateway: RunningContender, jobs: readonly LoadJob[], minutes: number) {
  console.log(`mixed load, ${connections} requests in flight: both queries, distinct and same identities in turn`);
  const begunMs = performance.now();
  const readings: Reading[] = [];
  let requests = 0;
  for (let minute = 0; minute < minutes; minute = (performance.now() - begunMs) / 60_000) {
    for (const job of jobs) {
      const result = await stage.load.run(job);
      if (result.failures > 0) throw new Error(`${result.failures} wrong answers`);
      requests += result.requests;
    }
    readings.push(await read(stage, gateway, begunMs, `${requests} requests`));
  }
  const settled = readings.slice(Math.floor(readings.length * settlingShare));
  console.log(
    `growth after the first ${settlingShare * 100} %: heap ${growthPerHour(settled, "heap")} MiB/h, ` +
      `resident ${growthPerHour(settled, "rss")} MiB/h`,
  );
}

/** Asks each operation once, some at a time; each is planned anew. */
async function distinctOperations(stage: Stage, gateway: RunningContender, count: number): Promise<void> {
  console.log(`${count} distinct operations`);
  const begunMs = performance.now();
  for (let done = 0; done < count; done += count / 10) {
    const next = Array.from({ length: count / 10 }, (_, index) => operation(done + index)).values();
    const worker = async () => {
      for (const query of next) await ask(gateway.url, query);
    };
    await Promise.all(Array.from({ length: operationsAtOnce }, worker));
    await read(stage, gateway, begunMs, `${done + count / 10} operations`);
  }
}

function operation(number: number): string {
  return `{ topProducts { name_${number}: name reviews { body author { name reviews { product { inStock } } } } } }`;
}

async function ask(url: string, query: string): Promise<void> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body: requestBody(query) });
  const { errors } = (await answer.json()) as { errors?: unknown };
  if (!answer.ok || errors) throw new Error(`an operation failed: ${JSON.stringify(errors)}`);
}

async function read(stage: Stage, gateway: RunningContender, begunMs: number, after: string): Promise<Reading> {
  await quiet(stage.subgraphs, 0);
  const memory = await memoryOf(gateway.child);
  const minutes = (performance.now() - begunMs) / 60_000;
  const [rss, heap, external] = [memory.rss, memory.heap, memory.external].map((value) => value.toFixed(1).padStart(7));
  console.log(
    `${minutes.toFixed(1).padStart(5)} min  resident ${rss}  heap ${heap}  external ${external} MiB  ${after}`,
  );
  return { minutes, ...memory };
}
