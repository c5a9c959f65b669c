/** `npm run admin -- guardianships|companies|protections|contacts import FILE`. */
import type { Database } from "../../platform/postgres.ts";
import { openKeyValueStore } from "../../platform/redis.ts";
import { changeLines } from "../admin/report.ts";
import type { AdminTerminal, Command } from "../admin/terminal.ts";
import { identitySchema } from "../store/migrations.ts";
import { type ExtractName, readExtract } from "./extract.ts";
import { importExtract } from "./import.ts";

export async function runImport(
  command: Command,
  register: ExtractName,
  file: string,
  database: Database,
  { config, log, print }: AdminTerminal,
): Promise<void> {
  const extract = await readExtract(register, file);
  // Without Redis identity's codes lie in its own process; they are worth nothing without the grants that end here.
  const fleeting = await openKeyValueStore(config.redisUrl, identitySchema, log);
  try {
    const changes = await importExtract({ database, fleeting }, register, extract, command);
    const kept = extract.lines.length - changes.filter(({ action }) => action === "remove").length;
    if (command.json) print(JSON.stringify({ dryRun: command.dryRun, changes }, null, 2));
    else for (const line of changeLines(changes, kept, command.dryRun)) print(line);
  } finally {
    await fleeting.close();
  }
}
