/**
 * Where the processor time of Huimin's gateway goes under the deep query with distinct identities: a CPU
 * profile of its main thread, read out by part and by function.
 *
 *     npm run bench:profile [-- --query small] [--seconds 8]
 */
import { parseArgs } from "node:util";
import { checkedAnswer } from "./check.ts";
import { runCommand } from "./command.ts";
import { huimin, stock } from "./contenders/contenders.ts";
import { type QueryName, queries, requestBody } from "./federation/queries.ts";
import { quiet } from "./measure.ts";
import { observed, profileWhile } from "./observer.ts";
import { type CpuProfile, type SelfTime, selfTimes, shareByPart } from "./self-time.ts";
import { onStage, type Stage } from "./stage.ts";

const { values: flags } = parseArgs({
  options: { query: { type: "string", default: "deep" }, seconds: { type: "string", default: "8" } },
});
const connections = 16;
const warmUpSeconds = 2;
const functionsShown = 40;

await runCommand(async () => {
  const query: QueryName = flags.query === "small" ? "small" : "deep";
  const profile = await onStage((stage) => profileOf(stage, query, Number(flags.seconds)));
  process.stdout.write(readout(selfTimes(profile)));
});

async function profileOf(stage: Stage, query: QueryName, seconds: number): Promise<CpuProfile> {
  const reference = await stage.start(stock);
  const answers = await stage.reference(reference);
  await reference.close();
  const running = await stage.start(huimin, { nodeOptions: observed });
  const expected = await checkedAnswer(running, query, answers[query]);
  const fire = async (measuredSeconds: number) => {
    const { failures } = await stage.load.run({
      url: running.url,
      pid: running.pid,
      body: requestBody(queries[query]),
      expected,
      identities: "distinct",
      connections,
      until: { seconds: measuredSeconds },
    });
    if (failures > 0) throw new Error(`${failures} wrong answers`);
  };
  await fire(warmUpSeconds);
  const profile = await profileWhile(running.child, () => fire(seconds));
  await quiet(stage.subgraphs, 0);
  return profile;
}

function readout(times: readonly SelfTime[]): string {
  const total = times.reduce((sum, { ms }) => sum + ms, 0);
  const share = (ms: number) => `${((ms * 100) / total).toFixed(1)} %`.padStart(8);
  return [
    `self time, ${(total / 1000).toFixed(1)} s without idling`,
    ...shareByPart(times).map(([part, ms]) => `${share(ms)}  ${part}`),
    "",
    "functions",
    ...times.slice(0, functionsShown).map(({ ms, name, part, place }) => `${share(ms)}  ${name}  ${part}  ${place}`),
    "",
  ].join("\n");
}
