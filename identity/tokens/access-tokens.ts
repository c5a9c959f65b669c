/** Identity's own access tokens (RFC 9068), when they come back: whether one is genuine, and still good. */
import { createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";
import { type JWTPayload, errors as joseErrors, jwtVerify } from "jose";
import type { JWK } from "oidc-provider";
import { z } from "zod";
import type { Queryable } from "../../platform/postgres.ts";
import { accessTokenAlgorithms } from "../../trust/access-token.ts";
import { withLiveRight } from "../delegation/acting-grant.ts";
import { findGrantByName } from "../store/grants.ts";
import { isAnyRevoked } from "../store/revoked-tokens.ts";

const claimsShape = z.looseObject({
  sub: z.string(),
  aud: z.string(),
  exp: z.number(),
  jti: z.string(),
  client_id: z.string(),
  scope: z.string().default(""),
  sector: z.string().optional(),
  grant: z.string().optional(),
  cnf: z.looseObject({ jkt: z.string().optional(), "x5t#S256": z.string().optional() }).optional(),
  /** The tokens that this one was exchanged from, the latest first. */
  exchanged_from: z.array(z.string()).default([]),
});

/** An access token that is good at this moment. */
export interface LiveAccessToken {
  readonly claims: JWTPayload & z.infer<typeof claimsShape>;
  /** Who signed in for it: the raw citizen ID; null for a client's own. */
  readonly accountId: string | null;
}

/** Null for what is no access token of this issuer, or is one no more: expired, given back, or its grant gone. */
export type ReadAccessToken = (token: string) => Promise<LiveAccessToken | null>;

/** @param keys the issuer's keys; their private halves are not used */
export function createAccessTokenReader(issuer: string, keys: readonly JWK[], database: Queryable): ReadAccessToken {
  const publicKeys = new Map(keys.map((key) => [key.kid, publicHalf(key)]));
  return async (token) => {
    const claims = await genuineClaims(token, issuer, publicKeys);
    if (!claims || (await isAnyRevoked(database, [claims.jti, ...claims.exchanged_from]))) return null;
    if (claims.grant === undefined) return claims.sub === claims.client_id ? { claims, accountId: null } : null;
    const grant = await findGrantByName(database, claims.grant);
    const accountId = grant && (await withLiveRight(database, grant))?.accountId;
    return accountId === undefined ? null : { claims, accountId };
  };
}

async function genuineClaims(token: string, issuer: string, keys: ReadonlyMap<string | undefined, KeyObject>) {
  try {
    const keyOf = ({ kid }: { kid?: string }) => keys.get(kid) ?? unknownKey();
    const { payload } = await jwtVerify(token, keyOf, {
      issuer,
      typ: "at+jwt",
      algorithms: [...accessTokenAlgorithms],
    });
    return claimsShape.safeParse(payload).data;
  } catch (error) {
    if (error instanceof joseErrors.JOSEError) return undefined;
    throw error;
  }
}

function unknownKey(): never {
  throw new joseErrors.JWKSNoMatchingKey();
}

function publicHalf(key: JWK): KeyObject {
  return createPublicKey({ key: key as JsonWebKey, format: "jwk" });
}
