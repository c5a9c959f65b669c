/** `npm run admin -- citizens end-sessions`: signs citizens out everywhere (OWASP ASVS 5.0, 7.4.5). */
import { createMemoryStore, type KeyValueStore } from "../../platform/keyvalue.ts";
import type { Database, Queryable } from "../../platform/postgres.ts";
import { openKeyValueStore } from "../../platform/redis.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";
import { type Ending, type EndingParts, endAllSessions, revokeAllGrants } from "../account/endings.ts";
import { isResidentId } from "../credentials/resident-id.ts";
import { recordHistory } from "../history/history.ts";
import { identitySchema } from "../store/migrations.ts";
import { type ChangeOptions, recordChange, tryOrChange } from "./changes.ts";
import { AdminRefused, type Fault } from "./register.ts";
import type { AdminTerminal, Command } from "./terminal.ts";

const mostCitizens = 1_000;

/** Whom it is about is piped in, a resident ID number a line: words of a command stand in lists of processes and shells. */
export async function runEndSessions(
  command: Command,
  database: Database,
  { config, log, input, print }: AdminTerminal,
): Promise<void> {
  const numbers: string[] = [];
  for await (const line of input) if (line.trim() !== "") numbers.push(line.trim());
  // Without Redis identity's codes lie in its own process; they are worth nothing without the grants that end here.
  const fleeting = await openKeyValueStore(config.redisUrl, identitySchema, log);
  try {
    const sessions = await endSessionsOf({ database, fleeting }, numbers, command);
    const sum = `${sessions} sessions of ${numbers.length} citizens`;
    if (command.json) print(JSON.stringify({ dryRun: command.dryRun, citizens: numbers.length, sessions }));
    else print(command.dryRun ? `${sum} would end. This was a dry run: nothing was changed.` : `${sum} have ended.`);
  } finally {
    await fleeting.close();
  }
}

/**
 * Ends every session of these citizens and all that clients were granted, which each reads in her history.
 *
 * @returns how many sessions
 * @throws AdminRefused that names lines, never numbers
 */
async function endSessionsOf(
  { database, fleeting }: { readonly database: Database; readonly fleeting: KeyValueStore },
  numbers: readonly string[],
  { actor, dryRun }: ChangeOptions,
): Promise<number> {
  if (numbers.length === 0 || numbers.length > mostCitizens) {
    const message = `must hold resident ID numbers, a line each, ${mostCitizens} at most`;
    throw new AdminRefused([{ entry: "the input", field: null, message }]);
  }
  return await tryOrChange(database, dryRun, async (tx) => {
    const parts = { tx, fleeting: dryRun ? createMemoryStore() : fleeting };
    let sessions = 0;
    for (const citizenId of await accountsOf(tx, numbers)) sessions += await signOut(parts, citizenId);
    // The record can never be erased: how many, and not who.
    const change = { entry: `${numbers.length} citizens`, action: "end-sessions", before: null, after: { sessions } };
    await recordChange(tx, actor, "citizens", change);
    return sessions;
  });
}

async function accountsOf(tx: Queryable, numbers: readonly string[]): Promise<Set<RawCitizenId>> {
  const faults: Fault[] = [];
  const found = new Set<RawCitizenId>();
  for (const [i, number] of numbers.entries()) {
    const refuse = (message: string) => faults.push({ entry: `number ${i + 1}`, field: null, message });
    if (!isResidentId(number)) {
      refuse("is no resident ID number");
      continue;
    }
    const [account] = await tx.query<{ citizen_id: RawCitizenId }>(
      "SELECT citizen_id FROM account JOIN citizen USING (citizen_id) WHERE resident_id = $1",
      [number],
    );
    if (account) found.add(account.citizen_id);
    else refuse("is of nobody who has an account");
  }
  if (faults.length > 0) throw new AdminRefused(faults);
  return found;
}

async function signOut(parts: EndingParts, citizenId: RawCitizenId): Promise<number> {
  const ending: Ending = { initiator: "admin", history: null };
  const ended = await endAllSessions(parts, citizenId, ending);
  await revokeAllGrants(parts, citizenId, ending);
  await recordHistory(parts.tx, { citizenId, kind: "sessions-ended-by-office" });
  return ended;
}
