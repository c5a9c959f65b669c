/** The command `staff`, with the environment of identity. Inside a container: `node identity/staff/main.ts list`. */
import { loadConfig } from "../../platform/config.ts";
import { explainStartFailure } from "../../platform/lifecycle.ts";
import { createLogger } from "../../platform/log.ts";
import { createDatabase } from "../../platform/postgres.ts";
import { identitySpec } from "../config.ts";
import { identitySchema } from "../store/migrations.ts";
import { runStaffCommand } from "./command.ts";

const name = "the command";

async function run(): Promise<void> {
  const config = loadConfig(name, identitySpec, process.env);
  const log = createLogger("staff", "silent");
  const database = createDatabase({ url: config.databaseUrl, schema: identitySchema, log, connections: 1 });
  try {
    const lines = await runStaffCommand(process.argv.slice(2), database, config.issuer);
    process.stdout.write(lines.map((line) => `${line}\n`).join(""));
  } finally {
    await database.close();
  }
}

await run().catch((error: unknown) => {
  process.stderr.write(`${explainStartFailure(name, error)}\n`);
  process.exitCode = 1;
});
