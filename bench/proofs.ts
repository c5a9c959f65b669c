/** Proofs of possession (RFC 9449) as fast as a load generator needs them: signed at once, by OpenSSL. */
import { createHash, createPrivateKey, randomUUID, sign } from "node:crypto";
import type { Credentials } from "../city/client/credentials.ts";

/** Makes the function that gives the headers of one request; each proof counts once. */
export function createProver(
  { accessToken, dpopJwk }: Credentials,
  method: string,
  url: string,
): () => Record<string, string> {
  const { kty, crv, x, y } = dpopJwk;
  const key = createPrivateKey({ key: { ...dpopJwk }, format: "jwk" });
  const header = encode({ alg: "ES256", typ: "dpop+jwt", jwk: { kty, crv, x, y } });
  const ath = createHash("sha256").update(accessToken).digest("base64url");
  return () => {
    const claims = encode({ htm: method, htu: url, ath, jti: randomUUID(), iat: Math.floor(Date.now() / 1000) });
    const signature = sign("sha256", Buffer.from(`${header}.${claims}`), { key, dsaEncoding: "ieee-p1363" });
    return { authorization: `DPoP ${accessToken}`, dpop: `${header}.${claims}.${signature.toString("base64url")}` };
  };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
