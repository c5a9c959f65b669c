/** Whether a stream runs, and the proof that it does (SSF 1.0, 8.1.2 and 8.1.4). */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { refuse } from "./receiver-access.ts";
import { type StreamParts, streamOf } from "./stream-configuration.ts";
import { setStatus, streamStatuses, verificationInterval, verifyStream } from "./streams.ts";

export const statusPath = "/ssf/status";
export const verificationPath = "/ssf/verify";

const wishedStatus = z.looseObject({
  status: z.enum(streamStatuses),
  reason: z.string().max(500).optional(),
  // Streams are of all subjects at once: to answer for one would say of it what the receiver may not know.
  subject: z.never().optional(),
});

const verification = z.looseObject({ state: z.string().max(1_000).optional() });

type Parts = Pick<StreamParts, "database" | "receiverOf">;

/** Adds both addresses to the server. */
export function addStreamStatus(app: FastifyInstance, parts: Parts): void {
  addStatus(app, parts);
  app.post(verificationPath, async (request, reply) => {
    const found = await streamOf(parts, request, reply, request.body);
    if (!found) return reply;
    const { receiver, stream } = found;
    const asked = verification.safeParse(request.body).data;
    if (!asked) return refuse(reply, 400, "invalid_request", "state must be a text of at most 1,000 characters.");
    if (stream.standing === "disabled") return refuse(reply, 400, "invalid_request", "The stream is disabled.");
    if (await verifyStream(parts.database, receiver.clientId, stream, asked.state)) return reply.code(204).send();
    reply.header("retry-after", verificationInterval);
    return refuse(reply, 429, "invalid_request", "That was asked a moment ago: mind min_verification_interval.");
  });
}

function addStatus(app: FastifyInstance, parts: Parts): void {
  const { database } = parts;
  app.get(statusPath, async (request, reply) => {
    const found = await streamOf(parts, request, reply, request.query, "read");
    if (!found) return reply;
    const { id, standing, reason } = found.stream;
    return reply
      .header("cache-control", "no-store")
      .send({ stream_id: id, status: standing, ...(reason !== null && { reason }) });
  });
  app.post(statusPath, async (request, reply) => {
    const found = await streamOf(parts, request, reply, request.body);
    if (!found) return reply;
    const { receiver, stream } = found;
    const asked = wishedStatus.safeParse(request.body).data;
    if (!asked) return refuse(reply, 400, "invalid_request", `status must be one of ${streamStatuses.join(", ")}.`);
    const { status, reason } = asked;
    if (streamStatuses.indexOf(status) < streamStatuses.indexOf(receiver.status)) {
      return refuse(reply, 403, "access_denied", `The operator has set the stream to ${receiver.status}.`);
    }
    await setStatus(database, receiver.clientId, status, reason ?? null);
    return reply
      .header("cache-control", "no-store")
      .send({ stream_id: stream.id, status, ...(reason !== undefined && { reason }) });
  });
}
