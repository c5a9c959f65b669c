/**
 * `POST /events`: subgraphs tell what has happened, each of its own types alone. The body is an event token
 * (RFC 8417), the answers are those of RFC 8935: 202 when every replica will hear of it, also when the same
 * event had come before, else 400 with `err` and `description`.
 */
import type { FastifyInstance, FastifyReply } from "fastify";
import { decodeJwt, type JWTVerifyGetKey } from "jose";
import type { EventStream } from "../../../platform/event-stream.ts";
import type { KeyValueStore } from "../../../platform/keyvalue.ts";
import { HuiminError } from "../../../trust/errors.ts";
import { eventKinds, eventTokenMediaType, verifyEventToken } from "../../../trust/event-token.ts";
import { subgraphAudience } from "../../../trust/transaction-token.ts";
import type { SubgraphBorder } from "../../boundary/border.ts";
import type { BorderOf } from "../../boundary/boundary.ts";
import type { LoadedSupergraph } from "../../supergraph/supergraph.ts";
import { announcedFields } from "./announced-fields.ts";
import { announcementFault, notice } from "./announcement.ts";

export interface IntakeParts {
  readonly gatewayUrl: string;
  /** Finds the public key of each subgraph that may send events, by its name. */
  readonly keys: ReadonlyMap<string, JWTVerifyGetKey>;
  /** Where citizens go by other names. */
  readonly borderOf: BorderOf;
  /** Remembers which events have come. */
  readonly store: KeyValueStore;
  readonly stream: EventStream;
  readonly supergraph: () => LoadedSupergraph;
}

/** Largest event token, in bytes. */
const bodyLimit = 32 * 1024;

/** How long an event is remembered; within it a repetition is not a second event. Seconds. */
const rememberedFor = 600;

/** A fault in the words of RFC 8935, section 2.4. */
class IntakeFault extends Error {
  override readonly name = "IntakeFault";
  readonly err: "invalid_request" | "invalid_issuer" | "authentication_failed" | "access_denied";

  constructor(err: IntakeFault["err"], description: string) {
    super(description);
    this.err = err;
  }
}

/** Adds the address to the server. */
export function addEventIntake(app: FastifyInstance, parts: IntakeParts): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(eventTokenMediaType, { parseAs: "string", bodyLimit }, (_request, body, done) =>
      done(null, body),
    );
    scope.post("/events", async (request, reply) => {
      let subgraph: string | undefined;
      try {
        const token = String(request.body ?? "");
        subgraph = issuerOf(token, parts.keys);
        await take(token, subgraph, parts);
        return reply.code(202).send();
      } catch (error) {
        if (!(error instanceof IntakeFault)) throw error;
        request.log.warn({ subgraph, code: error.err, reason: error.message }, "an event is refused");
        return refuse(reply, error);
      }
    });
  });
}

function refuse(reply: FastifyReply, { err, message }: IntakeFault): FastifyReply {
  return reply.code(400).header("content-language", "en").send({ err, description: message });
}

async function take(token: string, subgraph: string, parts: IntakeParts): Promise<void> {
  const { gatewayUrl, keys, borderOf, store, stream, supergraph } = parts;
  const { id, events } = await verify(token, subgraph, gatewayUrl, keys.get(subgraph));
  const read = notice.safeParse(inside(events, borderOf(subgraph)));
  if (!read.success) throw new IntakeFault("invalid_request", "The token holds no events of a known form.");
  const { [eventKinds.announcement]: announced, [eventKinds.invalidation]: invalidated } = read.data;
  const fault = announced && announcementFault(announced, subgraph, announcedFields(supergraph()));
  if (fault) throw new IntakeFault("access_denied", fault);
  const remembered = `event:${subgraph}:${id}`;
  if (!(await store.add(remembered, "1", rememberedFor))) return;
  try {
    await stream.publish(JSON.stringify({ subgraph, announced, invalidated }));
  } catch (error) {
    // The subgraph will send it again, and then it must not pass for a repetition.
    await store.delete(remembered).catch(() => {});
    throw error;
  }
}

/** The events with everybody in the forms that are used inside. */
function inside(events: unknown, border: SubgraphBorder | undefined): unknown {
  if (!border) return events;
  try {
    return JSON.parse(border.inward(JSON.stringify(events)));
  } catch (error) {
    if (!(error instanceof HuiminError)) throw error;
    throw new IntakeFault("access_denied", "The events name somebody in a form that is not of the subgraph's sector.");
  }
}

/** Whose token it says it is; whether it is hers the signature tells. */
function issuerOf(token: string, keys: IntakeParts["keys"]): string {
  let issuer: string | undefined;
  try {
    issuer = decodeJwt(token).iss;
  } catch {
    throw new IntakeFault("invalid_request", "The body is not a signed event token.");
  }
  const subgraph = [...keys.keys()].find((name) => subgraphAudience(name) === issuer);
  if (subgraph === undefined) throw new IntakeFault("invalid_issuer", "No key is known for the issuer of the token.");
  return subgraph;
}

async function verify(token: string, subgraph: string, gatewayUrl: string, keys: JWTVerifyGetKey | undefined) {
  try {
    if (!keys) throw new HuiminError("TOKEN_INVALID");
    return await verifyEventToken(token, subgraph, gatewayUrl, keys);
  } catch (error) {
    if (!(error instanceof HuiminError) || error.status >= 500) throw error;
    throw new IntakeFault("authentication_failed", "The token is forged, too old, or meant for somebody else.");
  }
}
