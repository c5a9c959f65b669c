/**
 * `GET /events/stream`: what may no longer be used, for gateways. A long answer of server-sent events: first all that is
 * revoked at the moment, then every revocation as it happens, and each second a heartbeat, which says that nothing has
 * been missed. A gateway proves itself with its own signing key.
 */
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Queryable } from "../../platform/postgres.ts";
import { HuiminError } from "../../trust/errors.ts";
import { revocationFrames, revocationStreamPath } from "../../trust/security-event.ts";
import { type Audience, type EventTokenParts, revocationTokens } from "./event-tokens.ts";
import { type GatewayCallerParts, gatewayKeys, refusalOfGateway } from "./gateway-caller.ts";
import { readNews, readRecent, type StoredEvent } from "./outbox.ts";
import { createEventTail, type EventTail } from "./tail.ts";

export interface RevocationStreamParts extends EventTokenParts, GatewayCallerParts {
  readonly database: Queryable;
  readonly subjectOf: Audience["subjectOf"];
}

/** Milliseconds. A stream ends now and then, so that gateways spread over the replicas of identity. */
const pace = { heartbeat: 1_000, life: 15 * 60_000 } as const;

/** Streams of this process, and bytes that may wait for a slow reader. */
const limits = { streams: 1_000, waiting: 4 * 1024 * 1024 } as const;

/** Adds the address to the server. */
export function addRevocationStream(app: FastifyInstance, parts: RevocationStreamParts): void {
  const { gatewayUrl, log, subjectOf } = parts;
  const keys = gatewayKeys(gatewayUrl);
  const audience: Audience = { name: gatewayUrl, subjectOf };
  const streams = new Set<Stream>();
  let telling: Promise<unknown> = Promise.resolve();
  const tell = (events: readonly StoredEvent[]) => {
    const tokens = revocationTokens(parts, audience, events);
    telling = Promise.all([telling, tokens]).then(
      ([, written]) => {
        for (const stream of streams) for (const token of written) stream.send(revocationFrames.token, token);
      },
      (error: unknown) => {
        // Whoever listens must not take silence for peace: at the next connection it is told again.
        log.error({ err: error }, "revocations could not be told");
        for (const stream of streams) stream.end();
      },
    );
  };
  const tail = createEventTail((place) => readNews(parts.database, place), tell, log);
  app.get(revocationStreamPath, async (request, reply) => {
    const refusal = await refusalOfGateway(request, parts, keys);
    if (refusal) return refuse(reply, refusal);
    if (streams.size >= limits.streams) return refuse(reply, new HuiminError("OVERLOADED"));
    const stream = openStream(reply, tail);
    streams.add(stream);
    void stream.ended.then(() => streams.delete(stream));
    await begin(stream, tail, parts, audience);
    return reply;
  });
  app.addHook("preClose", async () => {
    for (const stream of streams) stream.end();
    await tail.close();
    await telling;
  });
}

/** Listens first and reads then what was before: an event between the two comes twice rather than never. */
async function begin(stream: Stream, tail: EventTail, parts: RevocationStreamParts, audience: Audience): Promise<void> {
  try {
    const stop = await tail.follow();
    void stream.ended.then(stop);
    const recent = await readRecent(parts.database);
    for (const token of await revocationTokens(parts, audience, recent)) stream.send(revocationFrames.token, token);
    stream.send(revocationFrames.current, "");
  } catch (error) {
    parts.log.warn({ err: error }, "a stream of revocations could not begin");
    stream.end();
  }
}

/** In the words of RFC 6750, section 3. */
function refuse(reply: FastifyReply, { status }: HuiminError): FastifyReply {
  if (status === 401) return reply.code(401).header("www-authenticate", "Bearer").send({ error: "invalid_token" });
  return reply.code(503).header("retry-after", "1").send({ error: "temporarily_unavailable" });
}

interface Stream {
  send(event: string, data: string): void;
  end(): void;
  readonly ended: Promise<void>;
}

function openStream(reply: FastifyReply, tail: EventTail): Stream {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const { raw } = reply.hijack();
  raw.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no",
  });
  raw.flushHeaders();
  const send = (event: string, data: string) => {
    if (raw.writableLength > limits.waiting) raw.destroy();
    else if (!raw.writableEnded) raw.write(`event: ${event}\ndata: ${data}\n\n`);
  };
  // When the outbox cannot be read there are no heartbeats, and gateways notice.
  const heart = setInterval(() => {
    if (tail.isCurrent()) send(revocationFrames.heartbeat, "");
  }, pace.heartbeat);
  const life = setTimeout(() => raw.end(), pace.life);
  raw.on("error", () => raw.destroy());
  raw.once("close", () => {
    clearInterval(heart);
    clearTimeout(life);
    resolve();
  });
  return { send, end: () => raw.end(), ended };
}
