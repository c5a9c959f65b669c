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

/** Whether a client is registered to receive events, and not shut out. */
export async function isReceiver(database: Queryable, clientId: string): Promise<boolean> {
  const found = await database.query("SELECT FROM event_receiver WHERE client_id = $1 AND status <> 'disabled'", [
    clientId,
  ]);
  return found.length > 0;
}

/** The oldest events that wait for a receiver; none while it is paused. */
export async function readPending(database: Queryable, clientId: string, most: number): Promise<StoredEvent[]> {
  const rows = await database.query<EventRow>(
    `SELECT event_id, account_id, kind, payload, extract(epoch FROM occurred_at)::float8 AS occurred_at
     FROM event_pending JOIN event_receiver USING (client_id) JOIN security_event USING (event_id)
     WHERE client_id = $1 AND status = 'enabled' ORDER BY position LIMIT $2`,
    [clientId, most],
  );
  return rows.flatMap(storedEvent);
}

/** Forgets what a receiver has, or will never understand. */
export async function acknowledge(database: Queryable, clientId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await database.query("DELETE FROM event_pending WHERE client_id = $1 AND event_id = ANY ($2)", [clientId, ids]);
}
