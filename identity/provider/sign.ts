/** Tokens that identity signs with the provider's key besides those that the library makes. */
import { importJWK, type JWTPayload, type JWK as KeyData, SignJWT } from "jose";
import type { JWK } from "oidc-provider";

/** Signs claims as a token of this type (`typ`). */
export type Sign = (type: string, claims: JWTPayload) => Promise<string>;

/** @param keys the private keys of the moment, the signing one first */
export function createSign(keys: () => readonly JWK[]): Sign {
  let imported: { readonly jwk: JWK; readonly key: ReturnType<typeof importJWK> } | undefined;
  return async (type, claims) => {
    const jwk = keys().find(({ alg }) => alg === "ES256");
    if (!jwk) throw new Error("there is no key for ES256");
    if (imported?.jwk !== jwk) imported = { jwk, key: importJWK(jwk as KeyData, "ES256") };
    const header = { alg: "ES256", typ: type, kid: String(jwk.kid) };
    return await new SignJWT(claims).setProtectedHeader(header).sign(await imported.key);
  };
}
