/**
 * Security events pushed to receivers (RFC 8935): one token a request, in the order in which things happened. One
 * replica at a time pushes to a receiver, and one that does not take an event holds up nobody but itself.
 */
import { z } from "zod";
import type { Logger } from "../../platform/log.ts";
import type { Queryable } from "../../platform/postgres.ts";
import type { KeyEncryptionKeys } from "../keys/sealing.ts";
import { type Delivery, runDeliveries, untilNextTry } from "./deliveries.ts";
import { type EventTokenParts, eventToken } from "./event-tokens.ts";
import { acknowledge, readPending } from "./pending.ts";
import type { AudienceOf } from "./poll.ts";
import { openAuthorization } from "./push-authorization.ts";

export interface PushParts extends EventTokenParts {
  readonly database: Queryable;
  readonly sealers: KeyEncryptionKeys;
  readonly audienceOf: AudienceOf;
  /** Calls a receiver: no redirect is followed, and the time is bounded. Rejects when it cannot be reached. */
  readonly call: (url: string, init: RequestInit) => Promise<Response>;
  readonly log: Logger;
}

/** Receivers to which this process pushes at once. */
const limits = { all: 32, ofOne: 1 } as const;

/**
 * Seconds. A turn at a receiver ends after a while, so that others have theirs; no other replica takes it before its
 * last push, which has 2.5 s, is surely over.
 */
const pace = { turn: 10, lease: 30 } as const;

/** Events that are read at once. */
const batch = 20;

interface Claimed {
  readonly id: string;
  readonly clientId: string;
  readonly sector: string;
  readonly endpointUrl: string;
  readonly sealedAuthorization: string | null;
  readonly attempts: number;
}

/** Pushes what waits for receivers. @returns stops it, once what is under way is done */
export function pushEvents(parts: PushParts): () => Promise<void> {
  const { database, log } = parts;
  return runDeliveries(
    {
      name: "pushes of security events",
      limits,
      claim: (busy, most) => claim(database, busy, most),
      clientOf: ({ clientId }: Claimed) => clientId,
      carry: async (claimed, closing) => {
        const hasFailed = (await takeTurn(parts, claimed, closing)) === "failed";
        const [attempts, dueAt] = hasFailed ? ["attempts + 1", `now() + ${untilNextTry}`] : ["0", "now()"];
        await database.query(`UPDATE event_stream SET attempts = ${attempts}, due_at = ${dueAt} WHERE stream_id = $1`, [
          claimed.id,
        ]);
      },
    },
    log,
  );
}

/** Pushes one event after the other until there is none, one fails, or the turn is over. */
async function takeTurn(parts: PushParts, claimed: Claimed, closing: AbortSignal): Promise<Delivery> {
  const { database, sealers } = parts;
  const { id, clientId, sealedAuthorization: sealed } = claimed;
  const authorization = sealed === null ? undefined : await openAuthorization(id, sealed, sealers);
  const end = performance.now() + pace.turn * 1_000;
  for (;;) {
    const events = await readPending(database, clientId, batch);
    for (const event of events) {
      if (closing.aborted || performance.now() > end) return "told";
      const token = await eventToken(parts, parts.audienceOf(claimed), event);
      const { delivery, reason } = await push(parts, claimed.endpointUrl, authorization, token);
      if (delivery !== "told") {
        const { attempts } = claimed;
        parts.log.warn({ client: clientId, event: event.id, attempts, delivery, reason }, "an event was not taken");
      }
      if (delivery === "failed") return delivery;
      await acknowledge(database, clientId, [event.id]);
    }
    if (events.length < batch) return "told";
  }
}

/** Why a receiver does not take an event (RFC 8935, 2.3). */
const refusal = z.object({ err: z.string().regex(/^[\w.:/-]{1,100}$/) });

/** What may well be otherwise tomorrow, without the event being another: keys, and what the receiver lets in. */
const passing: ReadonlySet<string> = new Set(["invalid_key", "authentication_failed", "access_denied"]);

async function push(
  { call }: PushParts,
  url: string,
  authorization: string | undefined,
  body: string,
): Promise<{ readonly delivery: Delivery; readonly reason?: string | number }> {
  const headers = {
    "content-type": "application/secevent+jwt",
    accept: "application/json",
    ...(authorization !== undefined && { authorization }),
  };
  try {
    const response = await call(url, { method: "POST", redirect: "manual", headers, body });
    if (response.ok) return { delivery: "told" };
    if (response.status !== 400) return { delivery: "failed", reason: response.status };
    const said = refusal.safeParse(await response.json().catch(() => undefined));
    const reason = said.data?.err ?? response.status;
    return { delivery: passing.has(String(reason)) ? "failed" : "refused", reason };
  } catch (error) {
    return { delivery: "failed", reason: error instanceof Error ? error.name : "unknown" };
  }
}

/**
 * Takes receivers for whom something waits, each for as long as a turn can last; whoever dies in it leaves the rest to
 * others.
 */
async function claim(database: Queryable, busy: readonly string[], most: number): Promise<Claimed[]> {
  return await database.query<Claimed>(
    `UPDATE event_stream SET due_at = now() + make_interval(secs => $3)
     FROM oidc_client
     WHERE oidc_client.client_id = event_stream.client_id AND stream_id IN (
       SELECT stream_id FROM event_stream AS due
       WHERE endpoint_url IS NOT NULL AND due_at <= now() AND client_id <> ALL ($1)
         AND (EXISTS (SELECT FROM event_pending WHERE client_id = due.client_id AND despite_status)
              OR EXISTS (SELECT FROM event_pending WHERE client_id = due.client_id)
                 AND (SELECT standing FROM standing_event_stream WHERE client_id = due.client_id) = 'enabled')
       ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
     RETURNING stream_id AS id, event_stream.client_id AS "clientId", metadata ->> 'sector' AS sector,
               endpoint_url AS "endpointUrl", sealed_authorization AS "sealedAuthorization", attempts`,
    [busy, most, pace.lease],
  );
}
