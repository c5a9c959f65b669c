/** Verifies the access tokens that clients hold: RFC 9068 JWTs for the graph. */
import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import { type AssuranceLevel, isAssuranceLevel } from "./assurance.ts";
import { type Caller, companySubject, parseScopes } from "./caller.ts";
import { parseWithheld } from "./delegation.ts";
import { HuiminError } from "./errors.ts";
import { governmentSector } from "./pseudonym.ts";

/** What a token must be to count. */
export interface AccessTokenPolicy {
  /** The identity provider's issuer identifier. */
  readonly issuer: string;
  /** The graph's resource identifier (RFC 8707). */
  readonly audience: string;
  /** Finds the issuer's public key, for instance jose's remote key set. */
  readonly keys: JWTVerifyGetKey;
  /** Whether what a company got in its own name counts too; it does not unless given. */
  readonly companies?: true;
}

/** Asymmetric algorithms that identity signs with. `none` and HMAC can never be among them. */
export const accessTokenAlgorithms = ["ES256", "EdDSA", "Ed25519"] as const;

const clockToleranceSeconds = 5;

/** Somebody who holds an access token: who she is, and what the token says of itself. */
export interface TokenHolder extends Caller {
  /** When the token was made, in seconds since the epoch. */
  readonly issuedAt: number;
  /** The circle of trust whose form of the citizen ID the subject is; null when the token does not say. */
  readonly sector: string | null;
  /** How certain it is who signed in; null for a token that nobody signed in for. */
  readonly level: AssuranceLevel | null;
  /** When she signed in, in seconds since the epoch; null as above. */
  readonly signedInAt: number | null;
  /** The token's own name (`jti`). */
  readonly tokenId: string;
  /** The names of the tokens that it was exchanged from (RFC 8693): when one of them is taken back, so is this. */
  readonly exchangedFrom: readonly string[];
  /** The ID of the key that signed it (`kid`); null when it does not say. */
  readonly keyId: string | null;
  /** The session and the grant behind the token, as revocations name them. */
  readonly sessionId: string | null;
  readonly grantId: string | null;
  /** The person really there (RFC 8693, `act.sub`), when she acts for the subject; else null. */
  readonly actor: string | null;
  /** The sector of a company that holds the token in its own name, when nobody signed in for it; else null. */
  readonly company: string | null;
  /** For which department a caseworker works, and what she is there; null for everybody else. */
  readonly department: string | null;
  readonly role: string | null;
  /** SHA-256 thumbprint of the key that the token is bound to (RFC 9449, `cnf.jkt`); null for a bearer token. */
  readonly keyThumbprint: string | null;
  /** SHA-256 thumbprint of the certificate that the token is bound to (RFC 8705, `cnf.x5t#S256`); null for none. */
  readonly certificateThumbprint: string | null;
}

/**
 * Checks signature, type (`at+jwt`), issuer, audience, expiry and the claims that RFC 9068 requires; refuses what a
 * client got in its own name (client credentials), but for a company's where the policy takes it.
 *
 * @throws HuiminError `TOKEN_EXPIRED` for a token that was once good, `INTERNAL_SERVER_ERROR` when the
 *   keys cannot be had, else `TOKEN_INVALID`
 */
export async function verifyAccessToken(token: string, policy: AccessTokenPolicy): Promise<TokenHolder> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, policy.keys, {
      issuer: policy.issuer,
      audience: policy.audience,
      typ: "at+jwt",
      algorithms: [...accessTokenAlgorithms],
      clockTolerance: clockToleranceSeconds,
      requiredClaims: ["iss", "aud", "exp", "iat", "jti", "sub", "client_id"],
    });
    return Object.freeze({ ...holderOf(payload, policy), keyId: protectedHeader.kid ?? null });
  } catch (error) {
    throw refusal(error);
  }
}

const nothing: ReadonlySet<never> = new Set();
const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
const member = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;

function holderOf(
  { sub, exp, iat, jti, client_id: clientId, scope, ...more }: JWTPayload,
  { companies }: AccessTokenPolicy,
): Omit<TokenHolder, "keyId"> {
  const isWhole = typeof sub === "string" && typeof clientId === "string" && typeof jti === "string";
  if (!isWhole || exp === undefined || iat === undefined) {
    throw new HuiminError("TOKEN_INVALID", { detail: "a required claim has the wrong type" });
  }
  const sector = text(more.sector);
  // What a client got in its own name (RFC 9068, 2.2): no citizen stands behind it.
  const company = sub === clientId && companies && sector !== governmentSector ? sector : null;
  if (sub === clientId && company === null) {
    throw new HuiminError("TOKEN_INVALID", { detail: "the token is a client's own" });
  }
  const actor = personActing(more.act);
  return {
    subject: company === null ? sub : companySubject(company),
    clientId,
    scopes: parseScopes(scope),
    expiresAt: exp,
    issuedAt: iat,
    sector,
    level: isAssuranceLevel(more.acr) ? more.acr : null,
    signedInAt: typeof more.auth_time === "number" ? more.auth_time : null,
    tokenId: jti,
    exchangedFrom: Array.isArray(more.exchanged_from) ? more.exchanged_from.map(String) : [],
    sessionId: text(more.sid),
    grantId: text(more.grant),
    actor,
    company,
    withheld: actor === null ? nothing : parseWithheld(more.withheld),
    department: text(more.department),
    role: text(more.role),
    keyThumbprint: text(member(more.cnf, "jkt")),
    certificateThumbprint: text(member(more.cnf, "x5t#S256")),
  };
}

/** Longest chain of actors that is looked through. */
const mostActors = 8;

/**
 * The person in a chain of actors (RFC 8693, 4.1). Clients through whose hands the token went by exchange stand in
 * the same chain, named by `client_id` too; whatever else is not plainly a client counts as a person.
 */
function personActing(act: unknown): string | null {
  let link = act;
  for (let depth = 0; link !== undefined; depth += 1) {
    const sub = text(member(link, "sub"));
    if (sub === null || depth === mostActors) {
      throw new HuiminError("TOKEN_INVALID", { detail: "the chain of actors is malformed" });
    }
    if (member(link, "client_id") !== sub) return sub;
    link = member(link, "act");
  }
  return null;
}

/** Turns what jose throws into what the caller may hear; the log learns the rest. */
export function refusal(error: unknown): HuiminError {
  if (error instanceof HuiminError) return error;
  if (error instanceof errors.JWTExpired) return new HuiminError("TOKEN_EXPIRED");
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWTClaimValidationFailed) {
    return new HuiminError("TOKEN_INVALID", { detail: error.message });
  }
  if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) {
    return new HuiminError("INTERNAL_SERVER_ERROR", { detail: "the signing keys cannot be had", cause: error });
  }
  return new HuiminError("TOKEN_INVALID", { detail: error.message });
}
