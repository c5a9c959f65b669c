/**
 * `npm run conformance`: holds identity against the OpenID conformance suite's plans, on a database of its own.
 *
 *     npm run conformance                      every module, about two minutes
 *     npm run conformance -- oidcc-prompt      those whose plan or name contains a text
 *     npm run --silent conformance -- --json   the results as JSON: {plan, module, result, reason}
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startEmbeddedPostgres } from "../../platform/embedded-postgres.ts";
import { createLogger } from "../../platform/log.ts";
import { freePort } from "../../platform/test/ports.ts";
import { createDatabaseOn } from "../../platform/test/server-database.ts";
import { type ModuleResult, runPlans } from "./run.ts";
import { startTargets } from "./target.ts";

const { values, positionals } = parseArgs({
  options: { json: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
  allowPositionals: true,
});
if (values.help) {
  say("Usage: npm run conformance -- [TEXT that a plan's or module's name contains] [--json]");
  process.exit();
}

const folder = await mkdtemp(join(tmpdir(), "huimin-conformance-"));
const server = await startEmbeddedPostgres({
  dataDir: join(folder, "postgres"),
  port: await freePort(),
  password: "conformance",
  log: createLogger("database", "error"),
});
try {
  const targets = await startTargets(await createDatabaseOn(server.url));
  const tell = values.json
    ? () => {}
    : ({ result, module, reason }: ModuleResult) => say(lineOf(result, module, reason));
  const results = await runPlans(targets, positionals[0] ?? "", tell);
  await targets.close();
  if (values.json) say(JSON.stringify(results, null, 2));
  else summarise(results);
  process.exitCode = results.length === 0 || results.some(({ result }) => result === "failed") ? 1 : 0;
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function lineOf(result: string, module: string, reason: string): string {
  return `${result.padEnd(15)} ${module}${reason === "" ? "" : `: ${reason}`}`;
}

function summarise(results: readonly ModuleResult[]): void {
  if (results.length === 0) say("No module has such a name; identity/conformance/modules.json lists them.");
  for (const plan of new Set(results.map((result) => result.plan))) {
    const own = results.filter((result) => result.plan === plan);
    const count = (kind: string) => own.filter(({ result }) => result === kind).length;
    const counts = `${count("passed")} passed, ${count("failed")} failed, ${count("not applicable")} not applicable`;
    say(`${plan}: ${counts} of ${own.length}`);
  }
}
