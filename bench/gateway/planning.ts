/**
 * What an operation costs that the gateway has never seen, and what it costs to load a large supergraph;
 * Huimin beside the stock gateway, all through the front door.
 *
 *     npm run bench:planning
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "./command.ts";
import { type Contender, huimin, type RunningContender, stock } from "./contenders/contenders.ts";
import { type LargeFederation, startLargeFederation } from "./federation/large.ts";
import { queries, requestBody } from "./federation/queries.ts";
import { peakMiBOf, residentMiBOf } from "./process.ts";
import { median } from "./report.ts";
import { onStage, type Stage } from "./stage.ts";

const operationsAsked = 200;
/** The first ones find cold code. */
const operationsIgnored = 50;

const deepOperation = (number: number) => queries.deep.replace("id username name", `id username name_${number}: name`);
const smallOperation = (number: number) => queries.small.replace("upc", `upc_${number}: upc`);

await runCommand(() => onStage(measurePlanning));

async function measurePlanning(stage: Stage): Promise<void> {
  const large = await startLargeFederation();
  try {
    const supergraphFile = join(stage.folder, "large.graphql");
    await writeFile(supergraphFile, large.supergraph);
    for (const contender of [huimin, stock]) {
      await measureUsual(stage, contender);
      await measureLarge(stage, contender, { supergraphFile, large });
    }
  } finally {
    await large.close();
  }
}

async function measureUsual(stage: Stage, contender: Contender): Promise<void> {
  const running = await timedStart(stage, contender, "4 subgraphs");
  console.log(`  small operation: ${await firstAndAgain(running, smallOperation)}`);
  console.log(`  deep operation (16 fetches): ${await firstAndAgain(running, deepOperation)}`);
  await running.close();
}

async function measureLarge(
  stage: Stage,
  contender: Contender,
  { supergraphFile, large }: { readonly supergraphFile: string; readonly large: LargeFederation },
): Promise<void> {
  const running = await timedStart(stage, contender, "50 subgraphs, 5,000 fields", supergraphFile);
  console.log(`  operation over ten subgraphs: ${await firstAndAgain(running, large.operation)}`);
  console.log(`  resident afterwards ${residentMiBOf(running.pid).toFixed(0)} MiB`);
  await running.close();
}

async function timedStart(stage: Stage, contender: Contender, title: string, supergraphFile?: string) {
  const begunMs = performance.now();
  const running = await stage.start(contender, supergraphFile === undefined ? {} : { supergraphFile });
  const seconds = ((performance.now() - begunMs) / 1000).toFixed(2);
  const [peak, resident] = [peakMiBOf(running.pid).toFixed(0), residentMiBOf(running.pid).toFixed(0)];
  console.log(`${contender.name}, ${title}: answers after ${seconds} s, resident ${resident} MiB (peak ${peak})`);
  return running;
}

/** Asks operation after operation, each twice in a row: the second time costs no planning. */
async function firstAndAgain(running: RunningContender, operation: (number: number) => string): Promise<string> {
  const [first, again]: [number[], number[]] = [[], []];
  for (let number = 0; number < operationsAsked; number++) {
    for (const times of [first, again]) times.push(await timeOf(running, operation(number)));
  }
  const [firstMs, againMs] = [first, again].map((times) => median(times.slice(operationsIgnored)).toFixed(2));
  return `first ${firstMs} ms, again ${againMs} ms`;
}

async function timeOf({ url, contender }: RunningContender, query: string): Promise<number> {
  const headers = { "content-type": "application/json" };
  const begunMs = performance.now();
  const answer = await fetch(url, { method: "POST", headers, body: requestBody(query) });
  const text = await answer.text();
  const ms = performance.now() - begunMs;
  if (!answer.ok || text.includes('"errors"')) throw new Error(`${contender.name} refused: ${text.slice(0, 300)}`);
  return ms;
}
