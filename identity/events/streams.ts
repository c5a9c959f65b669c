/**
 * The streams of receivers: what each wants (`event_stream`) within what the operator allows it (`event_receiver`).
 * OpenID Shared Signals Framework 1.0, 8.1.
 */
import type { Database, Queryable } from "../../platform/postgres.ts";
import { securityEventNames } from "../../trust/security-event.ts";
import type { receivableKinds } from "./pending.ts";
import { emitStreamEvent } from "./security-events.ts";

/** From the most to the least that is sent: `paused` keeps events for later, `disabled` keeps none. */
export const streamStatuses = ["enabled", "paused", "disabled"] as const;

export type StreamStatus = (typeof streamStatuses)[number];

/** Ways in which a receiver may have its events: it is called (RFC 8935), or calls (RFC 8936). */
export const deliveryWays = ["poll", "push"] as const;

/** A client that the operator has registered to receive events. */
export interface Receiver {
  readonly clientId: string;
  readonly sector: string;
  readonly kinds: readonly (typeof receivableKinds)[number][];
  readonly delivery: readonly (typeof deliveryWays)[number][];
  /** The operator's word. */
  readonly status: StreamStatus;
}

/** What a receiver wants of its stream. */
export interface StreamWish {
  /** Names of events as tokens have them; null for all that the operator allows. */
  readonly eventsRequested: readonly string[] | null;
  readonly description: string | null;
  /** Where events are pushed to; null when they are polled for. */
  readonly endpointUrl: string | null;
  /** The header `Authorization` of pushes, sealed. */
  readonly sealedAuthorization: string | null;
}

export interface Stream extends StreamWish {
  readonly id: string;
  /** How it stands: as the stricter of receiver and operator says. */
  readonly standing: StreamStatus;
  /** The receiver's reason for the status that it wished. */
  readonly reason: string | null;
}

export async function readReceiver(database: Queryable, clientId: string): Promise<Receiver | undefined> {
  const [row] = await database.query<Receiver>(
    `SELECT client_id AS "clientId", metadata ->> 'sector' AS sector, kinds, delivery, status
     FROM event_receiver JOIN oidc_client USING (client_id) WHERE client_id = $1`,
    [clientId],
  );
  return row;
}

/** Every receiver has one stream at most. */
export async function readStream(database: Queryable, clientId: string): Promise<Stream | undefined> {
  const [row] = await database.query<Stream>(
    `SELECT stream_id AS id, events_requested AS "eventsRequested", description, endpoint_url AS "endpointUrl",
            sealed_authorization AS "sealedAuthorization", standing, reason
     FROM standing_event_stream WHERE client_id = $1`,
    [clientId],
  );
  return row;
}

/** @returns false when the receiver has a stream already */
export async function createStream(
  database: Queryable,
  { clientId }: Receiver,
  id: string,
  wish: StreamWish,
): Promise<boolean> {
  const created = await database.query(
    `INSERT INTO event_stream (stream_id, client_id, events_requested, description, endpoint_url, sealed_authorization)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (client_id) DO NOTHING RETURNING 1`,
    [id, clientId, ...columnsOf(wish)],
  );
  return created.length > 0;
}

/** Makes a stream as its receiver now wants it; a push that had failed is tried again at once. */
export async function changeStream(database: Queryable, id: string, wish: StreamWish): Promise<void> {
  await database.query(
    `UPDATE event_stream SET events_requested = $2, description = $3, endpoint_url = $4, sealed_authorization = $5,
            attempts = 0, due_at = now() WHERE stream_id = $1`,
    [id, ...columnsOf(wish)],
  );
}

function columnsOf({ eventsRequested, description, endpointUrl, sealedAuthorization }: StreamWish) {
  return [eventsRequested, description, endpointUrl, sealedAuthorization];
}

/** Ends a stream, with all that waits in it. */
export async function deleteStream(database: Queryable, id: string): Promise<void> {
  await database.query("DELETE FROM event_stream WHERE stream_id = $1", [id]);
}

/** What the names of a stream's events are, of those that the operator allows. */
export function deliveredOf({ kinds }: Receiver, { eventsRequested }: StreamWish): string[] {
  const allowed = kinds.map((kind) => securityEventNames[kind]);
  return eventsRequested === null ? allowed : allowed.filter((name) => eventsRequested.includes(name));
}

/** Sets the status that the receiver wishes. */
export async function setStatus(
  database: Database,
  clientId: string,
  status: StreamStatus,
  reason: string | null,
): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.query("UPDATE event_stream SET status = $2, reason = $3, due_at = now() WHERE client_id = $1", [
      clientId,
      status,
      reason,
    ]);
    await dropUnlessKept(tx, clientId);
  });
}

/**
 * Tells a receiver that the operator has changed how its stream stands (SSF 1.0, 8.1.5).
 *
 * @param before how it stood
 */
export async function tellOfStanding(tx: Queryable, clientId: string, before: StreamStatus): Promise<void> {
  await dropUnlessKept(tx, clientId);
  const stream = await readStream(tx, clientId);
  if (!stream || stream.standing === before) return;
  await emitStreamEvent(tx, clientId, { kind: "stream-updated", streamId: stream.id, status: stream.standing });
}

/** A stream that is disabled holds nothing for later. */
async function dropUnlessKept(tx: Queryable, clientId: string): Promise<void> {
  await tx.query(
    `DELETE FROM event_pending WHERE client_id = $1 AND NOT despite_status
     AND EXISTS (SELECT FROM standing_event_stream WHERE client_id = $1 AND standing = 'disabled')`,
    [clientId],
  );
}

/** Between two verification events that a receiver asks for, in seconds. */
export const verificationInterval = 60;

/** Sends a verification event (SSF 1.0, 8.1.4). @returns false when the receiver asked too short a while ago */
export async function verifyStream(
  database: Database,
  clientId: string,
  stream: Stream,
  state: string | undefined,
): Promise<boolean> {
  return await database.transaction(async (tx) => {
    const noted = await tx.query(
      `UPDATE event_stream SET verified_at = now() WHERE client_id = $1
       AND (verified_at IS NULL OR verified_at < now() - make_interval(secs => $2)) RETURNING 1`,
      [clientId, verificationInterval],
    );
    if (noted.length === 0) return false;
    const event = { kind: "verification", streamId: stream.id, ...(state !== undefined && { state }) } as const;
    await emitStreamEvent(tx, clientId, event);
    return true;
  });
}
