/** Verifies the access tokens that clients hold: RFC 9068 JWTs for the graph. */
import { errors, type JWTVerifyGetKey, jwtVerify } from "jose";
import { type Caller, parseScopes } from "./caller.ts";
import { HuiminError } from "./errors.ts";

/** What a token must be to count. */
export interface AccessTokenPolicy {
  /** The identity provider's issuer identifier. */
  readonly issuer: string;
  /** The graph's resource identifier (RFC 8707). */
  readonly audience: string;
  /** Finds the issuer's public key, for instance jose's remote key set. */
  readonly keys: JWTVerifyGetKey;
}

/** Asymmetric algorithms that identity signs with. `none` and HMAC can never be among them. */
export const accessTokenAlgorithms = ["ES256", "EdDSA", "Ed25519"] as const;

const clockToleranceSeconds = 5;

/**
 * Checks signature, type (`at+jwt`), issuer, audience, expiry and the claims that RFC 9068 requires.
 *
 * @throws HuiminError `TOKEN_EXPIRED` for a token that was once good, `INTERNAL_SERVER_ERROR` when the
 *   keys cannot be had, else `TOKEN_INVALID`
 */
export async function verifyAccessToken(token: string, policy: AccessTokenPolicy): Promise<Caller> {
  try {
    const { payload } = await jwtVerify(token, policy.keys, {
      issuer: policy.issuer,
      audience: policy.audience,
      typ: "at+jwt",
      algorithms: [...accessTokenAlgorithms],
      clockTolerance: clockToleranceSeconds,
      requiredClaims: ["iss", "aud", "exp", "iat", "jti", "sub", "client_id"],
    });
    const { sub, client_id: clientId, exp, scope } = payload;
    if (typeof sub !== "string" || typeof clientId !== "string" || exp === undefined) {
      throw new HuiminError("TOKEN_INVALID", { detail: "a required claim has the wrong type" });
    }
    return Object.freeze({ subject: sub, clientId, scopes: parseScopes(scope), expiresAt: exp });
  } catch (error) {
    throw refusal(error);
  }
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
