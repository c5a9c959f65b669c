/** What an administrator reads of a change. */
import type { Queryable } from "../../platform/postgres.ts";
import type { KeyChangeReport } from "../sectors/key-change.ts";
import type { Change } from "./changes.ts";

const signs = { add: "+", change: "~", remove: "-" } as const;

/** One line for each change, and one on the whole. */
export function changeLines(changes: readonly Change[], wished: number, dryRun: boolean): string[] {
  const lines = changes.map(({ entry, action, fields }) =>
    action === "change" ? `${signs[action]} ${entry}: ${fields.join(", ")}` : `${signs[action]} ${entry}`,
  );
  const touched = changes.filter(({ action }) => action !== "remove").length;
  const count = (wanted: Change["action"]) => changes.filter(({ action }) => action === wanted).length;
  const sum = `${count("add")} added, ${count("change")} changed, ${count("remove")} removed, ${wished - touched} as they were.`;
  return [...lines, dryRun ? `${sum} This was a dry run: nothing was changed.` : sum];
}

/** What a step of a key change does. */
export function keyChangeLines({ sector, step, before, after, clients, citizens }: KeyChangeReport, dryRun: boolean) {
  return [
    `${sector}: ${step}`,
    `  issued   ${before.issued} -> ${after.issued}`,
    `  accepted ${before.accepted.join(", ")} -> ${after.accepted.join(", ")}`,
    `  ${clients} registered clients; at most ${citizens} citizens can be known to the sector.`,
    ...(dryRun ? ["This was a dry run: nothing was changed."] : []),
  ];
}

/** One line of the record. */
interface RecordRow {
  readonly changed_at: Date;
  readonly actor: string;
  readonly register: string;
  readonly entry: string;
  readonly action: string;
  readonly before: unknown;
  readonly after: unknown;
}

const shownRecords = 100;

/** The latest of the record of administration, the newest first. */
export async function readRecord(database: Queryable): Promise<RecordRow[]> {
  return await database.query<RecordRow>(
    `SELECT changed_at, actor, register, entry, action, before, after FROM admin_change
     ORDER BY change_id DESC LIMIT $1`,
    [shownRecords],
  );
}

/** The record for a terminal. */
export async function recordLines(database: Queryable, json: boolean): Promise<string[]> {
  const rows = await readRecord(database);
  if (json) return [JSON.stringify(rows, null, 2)];
  return rows.map(
    ({ changed_at, actor, register, entry, action }) =>
      `${changed_at.toISOString().slice(0, 19)}Z ${actor} ${register} ${entry} ${action}`,
  );
}
