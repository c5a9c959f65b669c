/** Changing a register: all of a wish or nothing, written down, and on trial first if so wished. */
import { isDeepStrictEqual } from "node:util";
import type { Database, Queryable } from "../../platform/postgres.ts";
import { AdminRefused, type Entry, type Fault, type Register } from "./register.ts";

/** What a register should hold. */
export interface Wish {
  readonly entries: ReadonlyMap<string, Entry>;
  /** What is to go: these, or every entry that is not among the wished ones. */
  readonly removed: readonly string[] | "all others";
}

/** One difference between what is registered and what is wished. */
export interface Change {
  readonly entry: string;
  readonly action: "add" | "change" | "remove";
  readonly before: Entry | null;
  readonly after: Entry | null;
  /** The members that differ. */
  readonly fields: readonly string[];
}

/** Who changes something: a person at the operator's machine, or an account through a client. */
export interface Actor {
  readonly actor: string;
}

export interface ChangeOptions extends Actor {
  /** Checks and compares everything, and leaves everything as it is. */
  readonly dryRun: boolean;
}

/** Rolls a trial back. */
class TrialOver extends Error {}

/**
 * Changes something as a whole, one administrator after the other. A trial is the very same transaction, rolled back
 * at its end.
 */
export async function tryOrChange<Outcome>(
  database: Database,
  dryRun: boolean,
  work: (tx: Queryable) => Promise<Outcome>,
): Promise<Outcome> {
  const done: { outcome?: Outcome } = {};
  try {
    return await database.transaction(async (tx) => {
      await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('huimin-identity-admin', 0))");
      const outcome = await work(tx);
      if (!dryRun) return outcome;
      done.outcome = outcome;
      throw new TrialOver("the trial is over");
    });
  } catch (error) {
    if (error instanceof TrialOver && "outcome" in done) return done.outcome as Outcome;
    throw error;
  }
}

/**
 * Makes a register as it is wished.
 *
 * @returns what was, or would be, changed; what is as wished already is not among it
 * @throws AdminRefused with every fault of every entry
 */
export async function applyWish(
  database: Database,
  register: Register,
  wish: Wish,
  { actor, dryRun }: ChangeOptions,
): Promise<readonly Change[]> {
  return await tryOrChange(database, dryRun, async (tx) => {
    const changes = await differences(tx, register, wish);
    for (const change of changes) {
      if (change.after) await register.write(tx, change.entry, change.after);
      else await register.remove(tx, change.entry);
      await recordChange(tx, actor, register.name, change);
    }
    return changes;
  });
}

async function differences(tx: Queryable, register: Register, wish: Wish): Promise<Change[]> {
  const registered = await register.read(tx);
  const faults: Fault[] = [];
  const changes: Change[] = [];
  for (const [name, entry] of wish.entries) {
    const before = registered.get(name) ?? null;
    if (register.namePattern.test(name)) faults.push(...(await register.check(tx, { name, entry, before })));
    else faults.push({ entry: name, field: null, message: `is not a name of this kind (${register.namePattern})` });
    if (isDeepStrictEqual(before, entry)) continue;
    const fields = differingFields(before ?? {}, entry);
    changes.push({ entry: name, action: before ? "change" : "add", before, after: entry, fields });
  }
  const kept = wish.entries;
  const removed = wish.removed === "all others" ? [...registered.keys()].filter((n) => !kept.has(n)) : wish.removed;
  for (const name of removed) {
    const before = registered.get(name);
    if (before) changes.push({ entry: name, action: "remove", before, after: null, fields: Object.keys(before) });
    else faults.push({ entry: name, field: null, message: "is not registered" });
    if (before) faults.push(...(await register.checkRemoval(tx, name)));
  }
  if (faults.length > 0) throw new AdminRefused(faults);
  return changes;
}

function differingFields(before: Entry, after: Entry): string[] {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...fields].filter((field) => !isDeepStrictEqual(before[field], after[field])).sort();
}

/** Writes into the record of administration, in the transaction of what it tells of. */
export async function recordChange(
  tx: Queryable,
  actor: string,
  register: string,
  { entry, action, before, after }: { entry: string; action: string; before: object | null; after: object | null },
): Promise<void> {
  await tx.query(
    `INSERT INTO admin_change (actor, register, entry, action, before, after) VALUES ($1, $2, $3, $4, $5, $6)`,
    [actor, register, entry, action, before && JSON.stringify(before), after && JSON.stringify(after)],
  );
}
