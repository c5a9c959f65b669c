/**
 * `POST /events/poll`: security events for registered clients (RFC 8936), each of the citizens alone who have let the
 * client in, by the client's own pseudonyms. Events stay until they are acknowledged; the answer never waits for more.
 * `/.well-known/ssf-configuration` describes it (OpenID Shared Signals Framework 1.0, 7.1).
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { createLocalJWKSet } from "jose";
import { z } from "zod";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import type { Queryable } from "../../platform/postgres.ts";
import { bearerAssertion, clientAssertionSeconds, verifyClientAssertion } from "../../trust/client-assertion.ts";
import { HuiminError } from "../../trust/errors.ts";
import { readClientMetadata } from "../store/clients.ts";
import { type EventTokenParts, eventToken } from "./event-tokens.ts";
import { acknowledge, isReceiver, readPending } from "./pending.ts";

export interface PollParts extends EventTokenParts {
  readonly database: Queryable;
  /** Remembers assertions that were shown. */
  readonly fleeting: KeyValueStore;
  /** An account as clients of a sector know it. */
  readonly subjectIn: (sector: string, accountId: string) => string;
}

const pollPath = "/events/poll";

/** Most events in one answer. */
const mostEvents = 100;

const request = z.object({
  maxEvents: z.int().min(0).default(mostEvents),
  returnImmediately: z.boolean().optional(),
  ack: z.array(z.uuid()).max(1_000).default([]),
  setErrs: z.record(z.uuid(), z.object({ err: z.string().max(100), description: z.string().optional() })).default({}),
});

/** Who asks: a client that is registered to receive events. */
interface Receiver {
  readonly clientId: string;
  readonly sector: string;
}

/** Adds both addresses to the server. */
export function addEventPoll(app: FastifyInstance, parts: PollParts): void {
  const { issuer, database } = parts;
  app.get("/.well-known/ssf-configuration", async (_request, reply) =>
    reply.header("cache-control", "public, max-age=300").send({
      spec_version: "1_0",
      issuer,
      jwks_uri: `${issuer}/jwks`,
      delivery_methods_supported: ["urn:ietf:rfc:8936"],
      poll_endpoint: `${issuer}${pollPath}`,
      authorization_schemes: [{ spec_urn: "urn:ietf:rfc:7523" }],
      default_subjects: "ALL",
    }),
  );
  app.post(pollPath, async (received, reply) => {
    const receiver = await receiverOf(received, parts);
    if (!receiver) return refuse(reply, 401, "authentication_failed");
    const asked = request.safeParse(received.body ?? {});
    if (!asked.success) return refuse(reply, 400, "invalid_request");
    const { ack, setErrs, maxEvents } = asked.data;
    const refused = Object.keys(setErrs);
    if (refused.length > 0)
      received.log.warn({ client: receiver.clientId, events: refused }, "events were not understood");
    await acknowledge(database, receiver.clientId, [...ack, ...refused]);
    const wanted = Math.min(maxEvents, mostEvents);
    const pending = await readPending(database, receiver.clientId, wanted + 1);
    const audience = {
      name: receiver.clientId,
      subjectOf: (accountId: string) => parts.subjectIn(receiver.sector, accountId),
    };
    const sets: Record<string, string> = {};
    for (const event of pending.slice(0, wanted)) sets[event.id] = await eventToken(parts, audience, event);
    return reply.header("cache-control", "no-store").send({ sets, moreAvailable: pending.length > wanted });
  });
}

function refuse(reply: FastifyReply, status: 400 | 401, err: string): FastifyReply {
  if (status === 401) reply.header("www-authenticate", "Bearer");
  return reply.code(status).header("content-language", "en").send({ err, description: descriptions[err] });
}

const descriptions: Readonly<Record<string, string>> = {
  authentication_failed: "Send a fresh assertion of a registered receiver as the bearer token.",
  invalid_request: "The body is not a poll request.",
};

/** The receiver whose assertion came as the bearer token (RFC 7523), signed with a key of its registration. */
async function receiverOf(
  { headers }: FastifyRequest,
  { database, fleeting, issuer }: PollParts,
): Promise<Receiver | undefined> {
  const assertion = bearerAssertion(headers.authorization);
  const clientId = assertion === undefined ? undefined : issuerOf(assertion);
  if (assertion === undefined || clientId === undefined) return undefined;
  const metadata = await readClientMetadata(database, clientId);
  if (!metadata?.jwks || !(await isReceiver(database, clientId))) return undefined;
  const keys = createLocalJWKSet(metadata.jwks as Parameters<typeof createLocalJWKSet>[0]);
  try {
    const jti = await verifyClientAssertion(assertion, clientId, issuer, keys);
    const isFirst = await fleeting.add(`events:assertion:${clientId}:${jti}`, "1", 2 * clientAssertionSeconds);
    return isFirst ? { clientId, sector: String(metadata.sector) } : undefined;
  } catch (error) {
    if (error instanceof HuiminError) return undefined;
    throw error;
  }
}

const claims = z.object({ iss: z.string() });

/** Whose assertion it says it is; whether it is hers the signature tells. */
function issuerOf(assertion: string): string | undefined {
  try {
    const [, payload = ""] = assertion.split(".");
    return claims.safeParse(JSON.parse(Buffer.from(payload, "base64url").toString())).data?.iss;
  } catch {
    return undefined;
  }
}
