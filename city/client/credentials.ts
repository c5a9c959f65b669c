/** The right to ask the graph in a citizen's name. What binds it to a key goes here and nowhere else. */
import { createHash, randomUUID } from "node:crypto";
import { importJWK, type JWK, SignJWT } from "jose";

/** What a sign-in gives. */
export interface Credentials {
  readonly accessToken: string;
  readonly tokenType: "DPoP";
  /** The private key that the token is bound to: an ES256 JSON Web Key (RFC 7517). */
  readonly dpopJwk: JWK;
}

/**
 * The headers with which one request carries the credentials (RFC 9449, 7.1). The proof among them counts once, for
 * this method and address, and for a minute.
 */
export async function authorize(
  { accessToken, tokenType, dpopJwk }: Credentials,
  method: string,
  url: string,
): Promise<Record<string, string>> {
  return {
    authorization: `${tokenType} ${accessToken}`,
    dpop: await proofOfPossession(dpopJwk, { htm: method, htu: url, ath: hashOf(accessToken) }),
  };
}

async function proofOfPossession(key: JWK, claims: Record<string, string>): Promise<string> {
  const { kty, crv, x, y } = key;
  return await new SignJWT({ ...claims, jti: randomUUID() })
    .setProtectedHeader({ alg: "ES256", typ: "dpop+jwt", jwk: { kty, crv, x, y } as JWK })
    .setIssuedAt()
    .sign(await importJWK(key, "ES256"));
}

function hashOf(accessToken: string): string {
  return createHash("sha256").update(accessToken).digest("base64url");
}
