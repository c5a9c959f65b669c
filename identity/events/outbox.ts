/** The outbox of security events, as its readers see it. */
import type { Queryable } from "../../platform/postgres.ts";
import { revocationSeconds } from "../../trust/security-event.ts";
import type { SecurityEvent, StreamEvent } from "./security-events.ts";

/** An event in the outbox. */
export interface StoredEvent {
  readonly id: string;
  readonly event: SecurityEvent | StreamEvent;
  /** In seconds since the epoch. */
  readonly occurredAt: number;
}

/** Kinds after which something may no longer be used. */
export const revokingKinds: readonly SecurityEvent["kind"][] = [
  "session-revoked",
  "grant-revoked",
  "token-revoked",
  "account-disabled",
  "account-purged",
  "signing-key-withdrawn",
];

/** What has become visible, and up to where that is. */
export interface News<Event = StoredEvent> {
  readonly events: readonly Event[];
  /** The place in the outbox from which to read on. */
  readonly place: string;
}

/** An event as the table has it; all null where there is none. */
export interface EventRow {
  readonly event_id: string | null;
  readonly account_id: string | null;
  readonly kind: string;
  readonly payload: object;
  readonly occurred_at: number;
}

/**
 * Reads what has become visible since `place`, none of it twice. A place is a snapshot of the database, not a highest
 * number: an event whose transaction took longer than others with higher numbers is found all the same.
 *
 * @param place where an earlier reading ended; without it nothing is read, and the place is here
 */
export async function readNews(database: Queryable, place?: string): Promise<News> {
  // Without the upper bound, rows that were restored from another server would be new for ever.
  const rows = await database.query<EventRow & { readonly place: string }>(
    `SELECT pg_current_snapshot()::text AS place, event_id, account_id, kind, payload,
            extract(epoch FROM occurred_at)::float8 AS occurred_at
     FROM (VALUES (coalesce($1::pg_snapshot, pg_current_snapshot()))) AS since (place)
     LEFT JOIN security_event ON transaction_id >= pg_snapshot_xmin(since.place)
       AND transaction_id < pg_snapshot_xmax(pg_current_snapshot())
       AND NOT pg_visible_in_snapshot(transaction_id, since.place) AND kind = ANY ($2)
     ORDER BY position`,
    [place ?? null, revokingKinds],
  );
  return { events: rows.flatMap(storedEvent), place: rows[0]?.place ?? "" };
}

/** Reads what was revoked lately, while tokens from before may still be about. */
export async function readRecent(database: Queryable): Promise<readonly StoredEvent[]> {
  const rows = await database.query<EventRow>(
    `SELECT event_id, account_id, kind, payload, extract(epoch FROM occurred_at)::float8 AS occurred_at
     FROM security_event WHERE occurred_at > now() - make_interval(secs => $1) AND kind = ANY ($2) ORDER BY position`,
    [revocationSeconds, revokingKinds],
  );
  return rows.flatMap(storedEvent);
}

export function storedEvent(row: EventRow): StoredEvent[] {
  const { event_id: id, account_id: accountId, kind, payload, occurred_at: occurredAt } = row;
  const subject = accountId === null ? {} : { accountId };
  // What was written by `emitSecurityEvent` and `emitStreamEvent` has their form.
  return id === null ? [] : [{ id, event: { ...subject, kind, ...payload } as StoredEvent["event"], occurredAt }];
}

/** How long events are kept, in days: nobody who collects them may be away for longer. */
const keptDays = 7;

/** A session that has ended cannot come back by itself after so long: every copy of it has expired. */
const endedDays = 2;

const sweepBatch = 1_000;

/** Removes what nobody needs any more, a batch at a time. */
export async function sweepEvents(database: Queryable): Promise<void> {
  const batches = [
    `DELETE FROM security_event WHERE event_id IN (SELECT event_id FROM security_event
       WHERE occurred_at < now() - make_interval(days => ${keptDays}) LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING 1`,
    `DELETE FROM ended_session WHERE uid IN (SELECT uid FROM ended_session
       WHERE ended_at < now() - make_interval(days => ${endedDays}) LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING 1`,
  ];
  for (const batch of batches) {
    let swept: object[];
    do {
      swept = await database.query(batch, [sweepBatch]);
    } while (swept.length === sweepBatch);
  }
}
