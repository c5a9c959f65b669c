/**
 * `POST /events/poll`: security events for receivers that call (RFC 8936), each of the citizens alone who have let the
 * client in, by the client's own pseudonyms. Events stay until they are acknowledged.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Logger } from "../../platform/log.ts";
import type { Queryable } from "../../platform/postgres.ts";
import { type Arrivals, createArrivals } from "./arrivals.ts";
import { type Audience, type EventTokenParts, eventToken } from "./event-tokens.ts";
import type { StoredEvent } from "./outbox.ts";
import { acknowledge, readPending } from "./pending.ts";
import { type ReceiverOf, refuse } from "./receiver-access.ts";
import { pollPath } from "./stream-wish.ts";
import { readStream } from "./streams.ts";

export interface PollParts extends EventTokenParts {
  readonly database: Queryable;
  readonly receiverOf: ReceiverOf;
  readonly audienceOf: AudienceOf;
  readonly log: Logger;
}

/** For whom the tokens of a receiver are made. */
export type AudienceOf = (receiver: { readonly clientId: string; readonly sector: string }) => Audience;

/** Most events in one answer. */
const mostEvents = 100;

const request = z.object({
  maxEvents: z.int().min(0).default(mostEvents),
  returnImmediately: z.boolean().default(false),
  ack: z.array(z.uuid()).max(1_000).default([]),
  setErrs: z.record(z.uuid(), z.object({ err: z.string().max(100), description: z.string().optional() })).default({}),
});

type Asked = z.output<typeof request>;

/** Adds the address to the server. */
export function addEventPoll(app: FastifyInstance, parts: PollParts): void {
  const { database, receiverOf, audienceOf } = parts;
  const arrivals = createArrivals(database, parts.log);
  app.addHook("preClose", () => arrivals.close());
  const take = createTake(database, arrivals);
  app.post(pollPath, async (received, reply) => {
    const receiver = await receiverOf(received, reply, "read");
    if (!receiver) return reply;
    const asked = request.safeParse(received.body ?? {});
    if (!asked.success) return refuse(reply, 400, "invalid_request", "The body is not a poll request.");
    const { clientId } = receiver;
    const stream = await readStream(database, clientId);
    if (stream?.endpointUrl !== null) {
      return refuse(reply, 404, "invalid_request", "The receiver has no stream that is polled.");
    }
    const { wanted, pending } = await take(received, reply, clientId, asked.data);
    const sets: Record<string, string> = {};
    const audience = audienceOf(receiver);
    for (const event of pending.slice(0, wanted)) sets[event.id] = await eventToken(parts, audience, event);
    return reply.header("cache-control", "no-store").send({ sets, moreAvailable: pending.length > wanted });
  });
}

/** Forgets what is acknowledged, and finds what waits: one event more than is wanted, where there is. */
function createTake(database: Queryable, arrivals: Arrivals) {
  return async (received: FastifyRequest, reply: FastifyReply, clientId: string, asked: Asked) => {
    const { ack, setErrs, maxEvents, returnImmediately } = asked;
    const refused = Object.keys(setErrs);
    if (refused.length > 0) received.log.warn({ client: clientId, events: refused }, "events were not understood");
    await acknowledge(database, clientId, [...ack, ...refused]);
    const wanted = Math.min(maxEvents, mostEvents);
    const read = () => readPending(database, clientId, wanted + 1);
    const now = await read();
    const isAnswer = now.length > 0 || returnImmediately || wanted === 0;
    return { wanted, pending: isAnswer ? now : await waitFor(read, () => arrivals.listen(clientId, goneOf(reply))) };
  };
}

/** Listens first and reads again then: what comes between the two readings is not slept through. */
async function waitFor(
  read: () => Promise<StoredEvent[]>,
  listen: () => ReturnType<Arrivals["listen"]>,
): Promise<StoredEvent[]> {
  const listening = await listen();
  if (!listening) return [];
  try {
    const meanwhile = await read();
    if (meanwhile.length > 0) return meanwhile;
    await listening.over;
    return await read();
  } finally {
    listening.stop();
  }
}

/** Aborted when whoever asked does not wait for the answer any more. */
function goneOf({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once("close", () => gone.abort());
  return gone.signal;
}
