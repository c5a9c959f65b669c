/**
 * Measures Huimin's gateway beside its rivals and its bounds, in turn, on the accounts/inventory/products/
 * reviews federation. `npm run bench:gateway -- --help` tells the flags.
 */
import manifest from "../package.json" with { type: "json" };
import { checkedAnswer } from "./check.ts";
import { runCommand } from "./command.ts";
import { bounds, type Contender, huimin, rivals, stock } from "./contenders/contenders.ts";
import { queryNames } from "./federation/queries.ts";
import type { Identities } from "./load.ts";
import { measureSlice, type Slice, type Subject } from "./measure.ts";
import { type BenchOptions, readOptions, usage } from "./options.ts";
import { type Figures, figuresOf, report } from "./report.ts";
import { onStage, type Stage } from "./stage.ts";

const say = (line: string) => process.stderr.write(`${line}\n`);

await runCommand(async () => {
  const options = readOptions(process.argv.slice(2));
  if (options) {
    const figures = await onStage((stage) => measure(stage, options));
    process.stdout.write(options.json ? `${JSON.stringify(figures)}\n` : report(figures, options, versions()));
  } else process.stdout.write(usage);
});

async function measure(stage: Stage, options: BenchOptions): Promise<Figures[]> {
  const subjects = await subjectsOf(stage, options);
  const slices = new Map<Subject, Slice[]>(subjects.map((subject) => [subject, []]));
  for (let round = 1; round <= options.rounds; round++) {
    say(`round ${round} of ${options.rounds}`);
    for (const [subject, measured] of slices) measured.push(await measureSlice(subject, stage, options));
  }
  return [...slices].map(([subject, measured]) => figuresOf(subject, measured));
}

/** Starts all and holds their answers against the stock gateway's. */
async function subjectsOf(stage: Stage, { only }: BenchOptions): Promise<Subject[]> {
  const chosen = ({ name }: Contender) => only.length === 0 || only.includes(name);
  say("starting the gateways, checking their answers");
  const reference = await stage.start(stock);
  const answers = await stage.reference(reference);
  const others = await Promise.all(
    [huimin, ...rivals, ...bounds].filter(chosen).map((contender) => stage.start(contender)),
  );
  const subjects: Subject[] = [];
  for (const running of [reference, ...others].filter(({ contender }) => chosen(contender))) {
    const kinds: Identities[] = running.contender.dedupes ? ["distinct", "same"] : ["distinct"];
    for (const query of queryNames) {
      const expected = await checkedAnswer(running, query, answers[query]);
      subjects.push(...kinds.map((identities) => ({ running, query, identities, expected })));
    }
  }
  return subjects;
}

function versions(): string {
  const measured = [
    "@apollo/gateway",
    "@apollo/server",
    "@graphql-hive/gateway",
    "@graphql-hive/router-runtime",
    "undici",
  ];
  const named = Object.entries(manifest.dependencies).filter(([name]) => measured.includes(name));
  return [`Node ${process.version}`, ...named.map(([name, version]) => `${name} ${version}`)].join(", ");
}
