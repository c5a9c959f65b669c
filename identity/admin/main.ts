/** The command `admin`, with the environment of identity. Inside a container: `node identity/admin/main.ts clients list`. */
import { hostname, userInfo } from "node:os";
import { createInterface } from "node:readline";
import { loadConfig } from "../../platform/config.ts";
import { explainStartFailure } from "../../platform/lifecycle.ts";
import { createLogger } from "../../platform/log.ts";
import { identitySpec } from "../config.ts";
import { adminExit, administer, adminUsage, asksForUsage } from "./command.ts";

const name = "the command";

async function run(): Promise<number> {
  const args = process.argv.slice(2);
  if (asksForUsage(args)) {
    process.stdout.write(`Usage: ${adminUsage}\n`);
    return adminExit.done;
  }
  return await administer(args, {
    config: loadConfig(name, identitySpec, process.env),
    log: createLogger("admin", "silent"),
    actor: `${userInfo().username}@${hostname()}`,
    print: (line) => process.stdout.write(`${line}\n`),
    complain: (line) => process.stderr.write(`${line}\n`),
    input: pipedLines(),
  });
}

/** Begins to read when it is asked for lines: what came before anybody listened would be lost. */
async function* pipedLines(): AsyncGenerator<string> {
  yield* createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY });
}

process.exitCode = await run().catch((error: unknown) => {
  process.stderr.write(`${explainStartFailure(name, error)}\n`);
  return adminExit.refused;
});
// Nothing more is read, and an open terminal would keep the process alive.
process.stdin.destroy();
