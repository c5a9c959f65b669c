/**
 * How one service of the city proves to another who it is: a short-lived token signed with its own key, in the shape of
 * RFC 7523, section 3. Nothing has to be shared beforehand but the address of the key set.
 */
import { type CryptoKey, type JWTVerifyGetKey, jwtVerify, SignJWT } from "jose";
import { refusal } from "./access-token.ts";
import { HuiminError } from "./errors.ts";

/** The type that sets it apart from all else that is signed with the same key (draft-ietf-oauth-rfc7523bis). */
const type = "client-authentication+jwt";

/** How long an assertion is good, in seconds. */
export const clientAssertionSeconds = 60;

const algorithms = ["ES256", "EdDSA", "Ed25519"];
const clockToleranceSeconds = 5;

export interface ClientAssertionSigner {
  /** Who proves itself. */
  readonly client: string;
  readonly key: CryptoKey;
  readonly keyId: string;
}

/** Makes an assertion for `audience`, good once. */
export async function signClientAssertion(signer: ClientAssertionSigner, audience: string): Promise<string> {
  return await new SignJWT()
    .setProtectedHeader({ alg: "ES256", typ: type, kid: signer.keyId })
    .setIssuer(signer.client)
    .setSubject(signer.client)
    .setAudience(audience)
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime(`${clientAssertionSeconds} seconds`)
    .sign(signer.key);
}

/** The assertion that came as the bearer token of a request; undefined when nothing of that form did. */
export function bearerAssertion(authorization: string | undefined): string | undefined {
  return /^Bearer (?<assertion>[\w-]+\.[\w-]+\.[\w-]+)$/.exec(authorization ?? "")?.groups?.assertion;
}

/**
 * Checks an assertion of `client` for `audience`.
 *
 * @returns its `jti`; whether it came before is for the caller to know
 * @throws HuiminError as `verifyAccessToken` does
 */
export async function verifyClientAssertion(
  assertion: string,
  client: string,
  audience: string,
  keys: JWTVerifyGetKey,
): Promise<string> {
  try {
    const { payload } = await jwtVerify(assertion, keys, {
      issuer: client,
      subject: client,
      audience,
      typ: type,
      algorithms,
      clockTolerance: clockToleranceSeconds,
      maxTokenAge: clientAssertionSeconds,
      requiredClaims: ["iss", "sub", "aud", "iat", "exp", "jti"],
    });
    const { jti } = payload;
    if (typeof jti !== "string" || jti.length > 100) {
      throw new HuiminError("TOKEN_INVALID", { detail: "a required claim has the wrong type" });
    }
    return jti;
  } catch (error) {
    throw refusal(error);
  }
}
