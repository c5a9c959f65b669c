/** The stream configuration endpoint (SSF 1.0, 8.1.1): a receiver creates, reads, changes and deletes its one stream. */
import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Database } from "../../platform/postgres.ts";
import { type ReceiverOf, refuse } from "./receiver-access.ts";
import {
  checkTransmitterSupplied,
  configurationOf,
  plainWish,
  readWish,
  type WishParts,
  WishRefused,
} from "./stream-wish.ts";
import {
  changeStream,
  createStream,
  deleteStream,
  type Receiver,
  readStream,
  type Stream,
  type StreamWish,
} from "./streams.ts";

export interface StreamParts extends WishParts {
  readonly database: Database;
  readonly receiverOf: ReceiverOf;
}

export const configurationPath = "/ssf/stream";

const named = z.looseObject({ stream_id: z.string().max(100) });
const bodyOf = z.record(z.string(), z.unknown()).catch({});

/** Adds the address to the server. */
export function addStreamConfiguration(app: FastifyInstance, parts: StreamParts): void {
  const { database, issuer, receiverOf } = parts;
  app.post(configurationPath, async (request, reply) => {
    const receiver = await receiverOf(request, reply, "manage");
    if (!receiver) return reply;
    return await orRefuse(reply, () => create(parts, receiver, request, reply));
  });
  app.get(configurationPath, async (request, reply) => {
    const receiver = await receiverOf(request, reply, "read");
    if (!receiver) return reply;
    const stream = await readStream(database, receiver.clientId);
    const asked = named.safeParse(request.query).data?.stream_id;
    reply.header("cache-control", "no-store");
    if (asked === undefined) return reply.send(stream ? [configurationOf(issuer, receiver, stream)] : []);
    if (stream?.id !== asked) return noSuchStream(reply);
    return reply.send(configurationOf(issuer, receiver, stream));
  });
  app.patch(configurationPath, (request, reply) => change(parts, request, reply, (stream) => stream));
  app.put(configurationPath, (request, reply) => change(parts, request, reply, () => plainWish));
  app.delete(configurationPath, async (request, reply) => {
    const found = await streamOf(parts, request, reply, request.query);
    if (!found) return reply;
    await deleteStream(database, found.stream.id);
    return reply.code(204).send();
  });
}

async function create(parts: StreamParts, receiver: Receiver, { body }: FastifyRequest, reply: FastifyReply) {
  const id = randomUUID();
  const wish = await readWish(parts, receiver, id, body ?? {}, plainWish);
  const isNew = await createStream(parts.database, receiver, id, wish);
  if (!isNew) return refuse(reply, 409, "invalid_request", "There is a stream already, and each receiver has one.");
  return reply
    .code(201)
    .header("cache-control", "no-store")
    .send(configurationOf(parts.issuer, receiver, { ...wish, id }));
}

/** @param startFrom what holds where the request says nothing */
async function change(
  parts: StreamParts,
  request: FastifyRequest,
  reply: FastifyReply,
  startFrom: (stream: Stream) => StreamWish,
): Promise<FastifyReply> {
  const { issuer, database } = parts;
  const found = await streamOf(parts, request, reply, request.body);
  if (!found) return reply;
  const { receiver, stream } = found;
  return await orRefuse(reply, async () => {
    checkTransmitterSupplied(bodyOf.parse(request.body), configurationOf(issuer, receiver, stream));
    const wish = await readWish(parts, receiver, stream.id, request.body, startFrom(stream));
    await changeStream(database, stream.id, wish);
    return reply
      .header("cache-control", "no-store")
      .send(configurationOf(issuer, receiver, { ...wish, id: stream.id }));
  });
}

async function orRefuse(reply: FastifyReply, answer: () => Promise<FastifyReply>): Promise<FastifyReply> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof WishRefused) return refuse(reply, 400, "invalid_request", error.message);
    throw error;
  }
}

/** The stream that a receiver names, when it may set it; undefined when the refusal is on its way. */
export async function streamOf(
  { database, receiverOf }: Pick<StreamParts, "database" | "receiverOf">,
  request: FastifyRequest,
  reply: FastifyReply,
  from: unknown,
  right: Parameters<ReceiverOf>[2] = "manage",
): Promise<{ readonly receiver: Receiver; readonly stream: Stream } | undefined> {
  const receiver = await receiverOf(request, reply, right);
  if (!receiver) return undefined;
  const asked = named.safeParse(from).data?.stream_id;
  if (asked === undefined) return void refuse(reply, 400, "invalid_request", "stream_id is missing.");
  const stream = await readStream(database, receiver.clientId);
  if (stream?.id !== asked) return void noSuchStream(reply);
  return { receiver, stream };
}

function noSuchStream(reply: FastifyReply): FastifyReply {
  return refuse(reply, 404, "invalid_request", "The receiver has no stream of this stream_id.");
}
