/**
 * Security event tokens: how identity tells others what has happened to accounts, sessions and grants (RFC 8417,
 * OpenID Shared Signals Framework 1.0, CAEP 1.0, RISC 1.0). `docs/security-events.md` describes every kind.
 */
import { type JWTVerifyGetKey, jwtVerify } from "jose";
import { z } from "zod";
import { accessTokenAlgorithms, refusal, type TokenHolder } from "./access-token.ts";
import { HuiminError } from "./errors.ts";

/** The type of a security event token (RFC 8417, 2.3). */
export const securityEventType = "secevent+jwt";

const caep = "https://schemas.openid.net/secevent/caep/event-type";
const ssf = "https://schemas.openid.net/secevent/ssf/event-type";
const risc = "https://schemas.openid.net/secevent/risc/event-type";

/** What each kind of event is called in a token. */
export const securityEventNames = {
  "session-established": `${caep}/session-established`,
  "session-revoked": `${caep}/session-revoked`,
  "credential-change": `${caep}/credential-change`,
  "assurance-level-change": `${caep}/assurance-level-change`,
  "account-disabled": `${risc}/account-disabled`,
  "account-purged": `${risc}/account-purged`,
  "grant-revoked": "urn:huimin:event:grant-revoked",
  "token-revoked": "urn:huimin:event:token-revoked",
  "signing-key-withdrawn": "urn:huimin:event:signing-key-withdrawn",
  verification: `${ssf}/verification`,
  "stream-updated": `${ssf}/stream-updated`,
} as const;

/** All that is revoked at the moment, which a gateway hears first: kept together, it needs one signature. */
export const currentRevocations = "urn:huimin:event:current-revocations";

/** Where gateways listen at identity. */
export const revocationStreamPath = "/events/stream";

/** The frames of that stream, by their `event` (server-sent events). */
export const revocationFrames = {
  /** A token follows as `data`. */
  token: "set",
  /** All that was revoked before has been sent. */
  current: "current",
  /** Nothing has been missed up to now. */
  heartbeat: "heartbeat",
} as const;

/** A revocation concerns access tokens for so long: their longest life, clocks that differ, and answers under way. */
export const revocationSeconds = 400;

/** What may no longer be used. */
export type Revocation =
  /** `key`: everything that the key of this ID has signed. */
  | { readonly kind: "session" | "grant" | "token" | "key"; readonly name: string }
  /** Every token of hers that was made up to `at`, in seconds since the epoch. */
  | { readonly kind: "subject"; readonly name: string; readonly at: number };

const names = z.array(z.string().min(1).max(200)).max(10_000);
const opaque = z.object({ format: z.literal("opaque"), id: z.string().min(1).max(200) });
const user = z.object({ format: z.literal("iss_sub"), iss: z.string(), sub: z.string().min(1).max(200) });
const moment = z.object({ event_timestamp: z.number() });

const subject = z.object({ user: user.optional(), session: opaque.optional() });

const events = z.object({
  [securityEventNames["session-revoked"]]: moment.optional(),
  [securityEventNames["account-disabled"]]: moment.optional(),
  [securityEventNames["account-purged"]]: moment.optional(),
  [securityEventNames["grant-revoked"]]: z.object({ grant: z.string().min(1).max(200) }).optional(),
  [securityEventNames["token-revoked"]]: z.object({ token: z.string().min(1).max(200) }).optional(),
  [currentRevocations]: z
    .object({
      sessions: names,
      grants: names,
      tokens: names,
      keys: names.default([]),
      subjects: z.array(z.tuple([z.string().min(1).max(200), z.number()])).max(10_000),
    })
    .optional(),
});

type Events = z.output<typeof events>;

/**
 * Checks a security event token of `issuer` for `audience`.
 *
 * @returns what it revokes; nothing for events of other kinds
 * @throws HuiminError as `verifyAccessToken` does
 */
export async function verifyRevocations(
  token: string,
  { issuer, audience, keys }: { readonly issuer: string; readonly audience: string; readonly keys: JWTVerifyGetKey },
): Promise<readonly Revocation[]> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      typ: securityEventType,
      algorithms: [...accessTokenAlgorithms],
      requiredClaims: ["iss", "aud", "iat", "jti", "events"],
    });
    const read = events.safeParse(payload.events);
    const about = subject.default({}).safeParse(payload.sub_id);
    if (!read.success || !about.success) {
      throw new HuiminError("TOKEN_INVALID", { detail: "the events of the token have an unknown form" });
    }
    return [...listed(read.data), ...single(read.data, about.data)];
  } catch (error) {
    throw refusal(error);
  }
}

function listed({ [currentRevocations]: current }: Events): Revocation[] {
  if (!current) return [];
  return [
    ...current.sessions.map((name) => ({ kind: "session", name }) as const),
    ...current.grants.map((name) => ({ kind: "grant", name }) as const),
    ...current.tokens.map((name) => ({ kind: "token", name }) as const),
    ...current.keys.map((name) => ({ kind: "key", name }) as const),
    ...current.subjects.map(([name, at]) => ({ kind: "subject", name, at }) as const),
  ];
}

function single(happened: Events, about: z.output<typeof subject>): Revocation[] {
  const grant = happened[securityEventNames["grant-revoked"]]?.grant;
  if (grant !== undefined) return [{ kind: "grant", name: grant }];
  const token = happened[securityEventNames["token-revoked"]]?.token;
  if (token !== undefined) return [{ kind: "token", name: token }];
  const session = happened[securityEventNames["session-revoked"]];
  if (session && about.session) return [{ kind: "session", name: about.session.id }];
  const ended =
    session ?? happened[securityEventNames["account-disabled"]] ?? happened[securityEventNames["account-purged"]];
  return ended && about.user ? [{ kind: "subject", name: about.user.sub, at: ended.event_timestamp }] : [];
}

/** The names under which a token can be revoked one by one, and the people whose all tokens can be. */
export function revocableNames({ sessionId, grantId, tokenId, exchangedFrom, keyId, subject, actor }: TokenHolder) {
  return {
    things: [
      ["session", sessionId],
      ["grant", grantId],
      ...[tokenId, ...exchangedFrom].map((name) => ["token", name] as const),
      ["key", keyId],
    ] as const,
    people: [subject, actor],
  };
}
