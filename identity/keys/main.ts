/** The command `keys`, with the environment of identity. Inside a container: `node identity/keys/main.ts list`. */
import { loadConfig } from "../../platform/config.ts";
import { explainStartFailure } from "../../platform/lifecycle.ts";
import { createLogger } from "../../platform/log.ts";
import { createDatabase } from "../../platform/postgres.ts";
import { identitySpec } from "../config.ts";
import { longestLife } from "../provider/configuration.ts";
import { identitySchema } from "../store/migrations.ts";
import { runKeyCommand } from "./command.ts";
import { keyPace } from "./pace.ts";

const name = "the command";

async function run(): Promise<void> {
  const config = loadConfig(name, identitySpec, process.env);
  const pace = keyPace(config.keyRotationDays, longestLife);
  const log = createLogger("keys", "silent");
  const database = createDatabase({ url: config.databaseUrl, schema: identitySchema, log, connections: 1 });
  try {
    const sealers = [config.keyEncryptionKey, ...config.furtherKeyEncryptionKeys] as const;
    const lines = await runKeyCommand(process.argv.slice(2), { database, sealers, schedule: pace.schedule }, pace);
    process.stdout.write(lines.map((line) => `${line}\n`).join(""));
  } finally {
    await database.close();
  }
}

await run().catch((error: unknown) => {
  process.stderr.write(`${explainStartFailure(name, error)}\n`);
  process.exitCode = 1;
});
