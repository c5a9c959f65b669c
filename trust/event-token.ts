/**
 * Event tokens: what a subgraph sends to tell the gateway of something. Security event tokens (RFC 8417),
 * so that the signature covers the event itself; made for the gateway alone, good once and for a minute.
 */
import { type CryptoKey, type JWTVerifyGetKey, jwtVerify, SignJWT } from "jose";
import { refusal } from "./access-token.ts";
import { HuiminError } from "./errors.ts";
import { subgraphAudience } from "./transaction-token.ts";

/** The media type of an event token as a request's body (RFC 8935). */
export const eventTokenMediaType = "application/secevent+jwt";

/** Longest time between the signing and the arrival of an event token, in seconds. */
export const eventTokenLifetime = 60;

/** Names of the kinds of events inside a token. */
export const eventKinds = {
  /** A field of `Subscription` has something new. */
  announcement: "urn:huimin:event:announcement",
  /** What was answered under these tags is no longer true. */
  invalidation: "urn:huimin:event:invalidation",
} as const;

const type = "secevent+jwt";
const algorithms = ["ES256", "EdDSA", "Ed25519"];
const clockToleranceSeconds = 5;

/** The private key of a subgraph and its ID in the subgraph's key set. */
export interface EventSigner {
  /** The name of the subgraph. */
  readonly subgraph: string;
  readonly key: CryptoKey;
  readonly keyId: string;
}

/** Where a gateway takes events: the audience of event tokens. */
export function eventsUrl(gatewayUrl: string): string {
  return `${gatewayUrl}/events`;
}

/**
 * Signs events for the gateway.
 *
 * @param id says which event it is, however often it is sent (`jti`)
 * @param events by kind
 * @param now seconds since the epoch
 */
export async function signEventToken(
  signer: EventSigner,
  gatewayUrl: string,
  id: string,
  events: Readonly<Record<string, object>>,
  now: number,
): Promise<string> {
  return await new SignJWT({ events })
    .setProtectedHeader({ alg: "ES256", typ: type, kid: signer.keyId })
    .setIssuer(subgraphAudience(signer.subgraph))
    .setAudience(eventsUrl(gatewayUrl))
    .setJti(id)
    .setIssuedAt(now)
    .sign(signer.key);
}

/** A good event token. */
export interface EventToken {
  readonly id: string;
  /** By kind; not looked into. */
  readonly events: Readonly<Record<string, unknown>>;
}

/**
 * Checks an event token of `subgraph`. Whether it came before is for the caller to know.
 *
 * @throws HuiminError as `verifyAccessToken` does
 */
export async function verifyEventToken(
  token: string,
  subgraph: string,
  gatewayUrl: string,
  keys: JWTVerifyGetKey,
): Promise<EventToken> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: subgraphAudience(subgraph),
      audience: eventsUrl(gatewayUrl),
      typ: type,
      algorithms,
      clockTolerance: clockToleranceSeconds,
      maxTokenAge: eventTokenLifetime,
      requiredClaims: ["iss", "aud", "iat", "jti", "events"],
    });
    const { jti: id, events } = payload;
    if (typeof id !== "string" || id.length > 100 || typeof events !== "object" || events === null) {
      throw new HuiminError("TOKEN_INVALID", { detail: "a required claim has the wrong type" });
    }
    return { id, events: { ...events } };
  } catch (error) {
    throw refusal(error);
  }
}
