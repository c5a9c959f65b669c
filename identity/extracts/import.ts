/** An extract taken in: all of it or nothing, and with it the end of what rested on rights that ended. */
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import { createMemoryStore } from "../../platform/keyvalue.ts";
import type { Database, Queryable } from "../../platform/postgres.ts";
import type { EndingParts } from "../account/endings.ts";
import { type Change, type ChangeOptions, recordChange, tryOrChange } from "../admin/changes.ts";
import { AdminRefused, type Fault } from "../admin/register.ts";
import { endBaselessGrants } from "../delegation/ended-rights.ts";
import { today } from "./citizens.ts";
import { companyExtract } from "./companies.ts";
import { contactExtract } from "./contacts.ts";
import { type Extract, type ExtractKind, type ExtractName, type LineOutcome, readRow } from "./extract.ts";
import { guardianshipExtract } from "./guardianships.ts";
import { protectionExtract } from "./protections.ts";

/** Reads a line and does what it says. */
type TakeLine = (
  parts: EndingParts,
  line: Extract["lines"][number],
  asOf: string,
) => Promise<readonly Fault[] | LineOutcome>;

const kinds: Readonly<Record<ExtractName, TakeLine>> = {
  guardianships: taking(guardianshipExtract),
  companies: taking(companyExtract),
  protections: taking(protectionExtract),
  contacts: taking(contactExtract),
};

function taking<Row extends { readonly on: string }>(kind: ExtractKind<Row>): TakeLine {
  return async (parts, line, asOf) => {
    const read = readRow(kind, line, asOf);
    return "faults" in read ? read.faults : await kind.apply(parts, read.row);
  };
}

/**
 * Takes an extract in. What it does not name stays as it is. Taken in once more it changes nothing.
 *
 * @returns what each line changes, or would; lines that are so already are not among it
 * @throws AdminRefused with every fault of every line
 */
export async function importExtract(
  { database, fleeting }: { readonly database: Database; readonly fleeting: KeyValueStore },
  register: ExtractName,
  { asOf, lines }: Extract,
  { actor, dryRun }: ChangeOptions,
): Promise<readonly Change[]> {
  return await tryOrChange(database, dryRun, async (tx) => {
    // What may be lost is not part of the transaction that a trial rolls back.
    const parts = { tx, fleeting: dryRun ? createMemoryStore() : fleeting };
    await refuseFuture(tx, asOf);
    const changes = await takeLines(parts, register, lines, asOf);
    if (changes.length === 0) return changes;
    await endBaselessGrants(parts);
    // The record can never be erased: how many lines, and of nobody who stands in them.
    const count = (wanted: Change["action"]) => changes.filter(({ action }) => action === wanted).length;
    const after = { lines: lines.length, begun: count("add"), changed: count("change"), ended: count("remove") };
    await recordChange(tx, actor, register, { entry: asOf, action: "import", before: null, after });
    return changes;
  });
}

async function refuseFuture(tx: Queryable, asOf: string): Promise<void> {
  const [now] = await tx.query<{ today: string }>(`SELECT ${today} AS today`);
  if (now && asOf > now.today) {
    throw new AdminRefused([{ entry: "line 1", field: "as_of", message: "is a day that has not come" }]);
  }
}

/** Goes on after a fault, so that all of them are told at once; a line is judged by what those before it have done. */
async function takeLines(parts: EndingParts, register: ExtractName, lines: Extract["lines"], asOf: string) {
  const faults: Fault[] = [];
  const changes: Change[] = [];
  for (const line of lines) {
    const entry = `line ${line.number}`;
    const outcome = await kinds[register](parts, line, asOf);
    if (outcome === null) continue;
    if (!("action" in outcome)) faults.push(...outcome);
    else if (outcome.action === "fault") faults.push({ entry, field: outcome.field, message: outcome.message });
    else {
      const fields = outcome.action === "change" ? outcome.fields : [];
      changes.push({ entry, action: outcome.action, before: null, after: null, fields });
    }
  }
  if (faults.length > 0) throw new AdminRefused(faults);
  return changes;
}
