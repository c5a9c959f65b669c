/** Sends what a department has noted for the gateway, in order, until the gateway has it. */
import { setTimeout as delay } from "node:timers/promises";
import { importJWK } from "jose";
import type { Es256PrivateJwk } from "../../platform/config.ts";
import type { Logger } from "../../platform/log.ts";
import type { Database, Queryable } from "../../platform/postgres.ts";
import { type EventSigner, eventsUrl, eventTokenMediaType, signEventToken } from "../../trust/event-token.ts";

export interface OutboxOptions {
  /** The subgraph's name. */
  readonly name: string;
  readonly key: Es256PrivateJwk;
  readonly gatewayUrl: string;
  readonly database: Database;
  readonly log: Logger;
}

/** What sends the notes; replicas of a department share the work. */
export interface Outbox {
  /** Finishes what is being sent. */
  close(): Promise<void>;
}

interface Note {
  readonly id: string;
  readonly kind: string;
  readonly event: object;
}

/** All in milliseconds. */
const pace = { idle: 500, unreachable: 2_000, answer: 3_000 } as const;

/** Most notes that one transaction sends. */
const batch = 20;

/** Starts to send. */
export async function startOutbox({ name, key: jwk, gatewayUrl, database, log }: OutboxOptions): Promise<Outbox> {
  const key = await importJWK(jwk);
  if (key instanceof Uint8Array) throw new TypeError("the event key is symmetric");
  const closing = new AbortController();
  const signer: EventSigner = { subgraph: name, key, keyId: jwk.kid };
  const send = (note: Note) => post(signer, gatewayUrl, note, log);
  const run = async () => {
    while (!closing.signal.aborted) {
      const pause = await database
        .transaction((tx) => sendSome(tx, send))
        .catch((error: unknown) => {
          log.warn({ err: error }, "events for the gateway wait");
          return pace.unreachable;
        });
      await delay(pause, undefined, { signal: closing.signal }).catch(() => {});
    }
  };
  const running = run();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}

/**
 * Sends the oldest notes and removes them. Who asks for the same rows meanwhile gets others, so replicas do not
 * send twice; should this process die in between, the note is sent again and the gateway knows it by its ID.
 *
 * @returns how long to wait before the next, in milliseconds
 */
async function sendSome(tx: Queryable, send: (note: Note) => Promise<void>): Promise<number> {
  await tx.query("DELETE FROM outbox WHERE noted_at < now() - interval '1 hour'");
  const notes = await tx.query<Note>(
    "SELECT id, kind, event FROM outbox ORDER BY noted_at LIMIT $1 FOR UPDATE SKIP LOCKED",
    [batch],
  );
  for (const note of notes) {
    await send(note);
    await tx.query("DELETE FROM outbox WHERE id = $1", [note.id]);
  }
  return notes.length === batch ? 0 : pace.idle;
}

/** @throws Error when the gateway has not said what it thinks of the note */
async function post(signer: EventSigner, gatewayUrl: string, note: Note, log: Logger): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  const response = await fetch(eventsUrl(gatewayUrl), {
    method: "POST",
    headers: { "content-type": eventTokenMediaType },
    body: await signEventToken(signer, gatewayUrl, note.id, { [note.kind]: note.event }, now),
    redirect: "error",
    signal: AbortSignal.timeout(pace.answer),
  });
  const said = await response.text();
  if (response.status === 202) return;
  if (response.status !== 400) throw new Error(`the gateway answers an event with ${response.status}`);
  // Refused for good: sent again, it would only hold up the others.
  log.error({ answer: said.slice(0, 500) }, "the gateway refuses an event");
}
