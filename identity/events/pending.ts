/** Events that receivers have not acknowledged yet. */
import type { Queryable } from "../../platform/postgres.ts";
import { type EventRow, type StoredEvent, storedEvent } from "./outbox.ts";
import type { SecurityEvent } from "./security-events.ts";

/** Kinds of `SecurityEvent` that a client may receive: what happens to accounts. */
export const receivableKinds = [
  "session-established",
  "session-revoked",
  "credential-change",
  "assurance-level-change",
  "account-disabled",
  "account-purged",
  "grant-revoked",
  "token-revoked",
] as const satisfies readonly SecurityEvent["kind"][];

/** The oldest events that wait for a receiver; while its stream is not enabled only the news of that. */
export async function readPending(database: Queryable, clientId: string, most: number): Promise<StoredEvent[]> {
  const rows = await database.query<EventRow>(
    `SELECT event_id, account_id, kind, payload, extract(epoch FROM occurred_at)::float8 AS occurred_at
     FROM event_pending JOIN standing_event_stream USING (client_id) JOIN security_event USING (event_id)
     WHERE client_id = $1 AND (standing = 'enabled' OR despite_status) ORDER BY position LIMIT $2`,
    [clientId, most],
  );
  return rows.flatMap(storedEvent);
}

/** Forgets what a receiver has, or will never understand. */
export async function acknowledge(database: Queryable, clientId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await database.query("DELETE FROM event_pending WHERE client_id = $1 AND event_id = ANY ($2)", [clientId, ids]);
}

/**
 * For which of these clients something has come since `place` (`readNews`).
 *
 * @param place where an earlier reading ended; without it nothing is read, and the place is here
 */
export async function readArrivals(database: Queryable, clientIds: readonly string[], place?: string) {
  const rows = await database.query<{ readonly place: string; readonly client_id: string | null }>(
    `SELECT pg_current_snapshot()::text AS place, client_id
     FROM (VALUES (coalesce($1::pg_snapshot, pg_current_snapshot()))) AS since (place)
     LEFT JOIN (security_event JOIN event_pending USING (event_id))
       ON transaction_id >= pg_snapshot_xmin(since.place)
       AND transaction_id < pg_snapshot_xmax(pg_current_snapshot())
       AND NOT pg_visible_in_snapshot(transaction_id, since.place) AND client_id = ANY ($2)
     GROUP BY client_id`,
    [place ?? null, clientIds],
  );
  return {
    events: rows.flatMap(({ client_id: client }) => (client === null ? [] : [client])),
    place: rows[0]?.place ?? "",
  };
}
