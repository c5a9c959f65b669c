/**
 * Who may ask for security events and set up their delivery: a client that the operator has registered as a receiver,
 * by an access token of its own (RFC 6749, 4.4) for `streamsResource`, bound to its key (RFC 9449).
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import type { Queryable } from "../../platform/postgres.ts";
import { parseScopes } from "../../trust/caller.ts";
import { HuiminError } from "../../trust/errors.ts";
import { createPossessionCheckAt } from "../../trust/possession.ts";
import { streamScopes, streamsResource } from "../provider/scopes.ts";
import type { ReadAccessToken } from "../tokens/access-tokens.ts";
import { checkProof, oauthError, shownToken } from "../tokens/dpop-request.ts";
import { type Receiver, readReceiver } from "./streams.ts";

export interface ReceiverAccessParts {
  readonly issuer: string;
  readonly database: Queryable;
  /** Remembers proofs that were shown. */
  readonly fleeting: Pick<KeyValueStore, "add">;
  readonly readAccessToken: ReadAccessToken;
}

/** The receiver that sends a request; undefined when the refusal is on its way. */
export type ReceiverOf = (
  request: FastifyRequest,
  reply: FastifyReply,
  right: keyof typeof streamScopes,
) => Promise<Receiver | undefined>;

export function createReceiverAccess({ issuer, database, fleeting, readAccessToken }: ReceiverAccessParts): ReceiverOf {
  const checkPossession = createPossessionCheckAt((name, seconds) => fleeting.add(`ssf-proof:${name}`, "", seconds));
  const ownClaims = async (request: FastifyRequest) => {
    const token = shownToken(request);
    const live = await readAccessToken(token);
    if (live?.accountId !== null || live.claims.aud !== streamsResource({ issuer })) {
      throw new HuiminError("TOKEN_INVALID", { detail: "it is no client's own token for streams of events" });
    }
    await checkProof(request, issuer, token, live.claims.cnf?.jkt, checkPossession);
    return live.claims;
  };
  return async (request, reply, right) => {
    try {
      const { client_id: clientId, scope } = await ownClaims(request);
      const scopes = parseScopes(scope);
      // Who may set a stream may read it.
      if (!scopes.has(streamScopes.manage) && !scopes.has(streamScopes[right])) {
        challenge(reply, `error="insufficient_scope", scope="${streamScopes[right]}"`);
        return void refuse(reply, 403, "access_denied", "The token lacks the scope.");
      }
      const receiver = await readReceiver(database, clientId);
      if (!receiver) return void refuse(reply, 403, "access_denied", "The client is not registered as a receiver.");
      return receiver;
    } catch (error) {
      if (!(error instanceof HuiminError) || error.status >= 500) throw error;
      request.log.info({ code: error.code, detail: error.detail }, "a receiver of events is refused");
      challenge(reply, error.code === "UNAUTHENTICATED" ? "" : `error="${oauthError(error)}"`);
      return void refuse(reply, 401, "authentication_failed", "Send the receiver's own access token with its proof.");
    }
  };
}

function challenge(reply: FastifyReply, parameters: string): void {
  reply.header("www-authenticate", ["DPoP", parameters].filter(Boolean).join(" "));
}

/** An error in the form that RFC 8935 and RFC 8936 give it (2.3 and 2.6); `description` is for a developer to read. */
export function refuse(reply: FastifyReply, status: number, err: string, description: string): FastifyReply {
  return reply
    .code(status)
    .headers({ "cache-control": "no-store", "content-language": "en" })
    .send({ err, description });
}
