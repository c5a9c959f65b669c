/** The history of an account, as its citizen turns its pages. */
import type { Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";
import type { HistoryKind } from "./history.ts";

export interface PastEntry {
  readonly entryId: number;
  readonly kind: HistoryKind;
  readonly occurredAt: Date;
  readonly clientId: string | null;
  readonly network: string | null;
  readonly userAgent: string | null;
  readonly detail: Readonly<Record<string, string>>;
  /** Whether she has said that it was not she. */
  readonly reported: boolean;
}

interface Row {
  readonly entry_id: number;
  readonly kind: HistoryKind;
  readonly occurred_at: Date;
  readonly client_id: string | null;
  readonly network: string | null;
  readonly user_agent: string | null;
  readonly detail: Record<string, string>;
  readonly reported: boolean;
}

export const historyPageLength = 20;

const columns = `entry_id, kind, occurred_at, client_id, network, user_agent, detail, EXISTS
  (SELECT 1 FROM account_history r WHERE r.citizen_id = h.citizen_id AND r.kind = 'not-me-reported'
   AND r.detail ->> 'entry' = h.entry_id::text) AS reported`;

/**
 * One page, the newest entry first.
 *
 * @param before the page begins with what came before this entry
 * @returns `next` is what to give as `before` for the page after this one; null on the last
 */
export async function readHistory(
  database: Queryable,
  citizenId: RawCitizenId,
  before: number | null = null,
): Promise<{ readonly entries: PastEntry[]; readonly next: number | null }> {
  const rows = await database.query<Row>(
    `SELECT ${columns} FROM account_history h WHERE citizen_id = $1 AND ($2::bigint IS NULL OR entry_id < $2)
     ORDER BY entry_id DESC LIMIT $3`,
    [citizenId, before, historyPageLength + 1],
  );
  const entries = rows.slice(0, historyPageLength).map(entryOf);
  return { entries, next: rows.length > historyPageLength ? (entries.at(-1)?.entryId ?? null) : null };
}

/** One entry of hers; null when there is none of this number in her history. */
export async function findPastEntry(
  database: Queryable,
  citizenId: RawCitizenId,
  entryId: number,
): Promise<PastEntry | null> {
  const [row] = await database.query<Row>(
    `SELECT ${columns} FROM account_history h WHERE citizen_id = $1 AND entry_id = $2`,
    [citizenId, entryId],
  );
  return row ? entryOf(row) : null;
}

function entryOf(row: Row): PastEntry {
  return {
    entryId: row.entry_id,
    kind: row.kind,
    occurredAt: row.occurred_at,
    clientId: row.client_id,
    network: row.network,
    userAgent: row.user_agent,
    detail: row.detail,
    reported: row.reported,
  };
}
