/** The files of a folder, for whoever sets a whole city up. */
import type { Database } from "../../platform/postgres.ts";
import { applyWish } from "./changes.ts";
import { readEntryFiles } from "./files.ts";
import { plainRegisters } from "./registers.ts";

/**
 * Does what the command `REGISTER apply FOLDER` does, with the same checks and the same record.
 *
 * @param actor whom the record names
 * @throws AdminRefused with every fault of every file; nothing is changed then
 */
export async function applyFolder(
  database: Database,
  name: "sectors" | "scopes",
  folder: string,
  actor: string,
): Promise<void> {
  const register = plainRegisters.find((one) => one.name === name);
  if (!register) throw new Error(`identity has no register ${name}`);
  await applyWish(
    database,
    register,
    { entries: await readEntryFiles(name, folder), removed: [] },
    { actor, dryRun: false },
  );
}
