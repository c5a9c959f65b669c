/** The key that the portal's access tokens are bound to (RFC 9449): a stolen token is worth nothing without it. */
import { createECDH, createHash, hkdfSync, randomUUID } from "node:crypto";
import { type CryptoKey, calculateJwkThumbprint, importJWK, type JWK, SignJWT } from "jose";
import type { PortalConfig } from "../config.ts";

export interface Possession {
  /** For the library that talks to identity. */
  readonly keyPair: { readonly publicKey: CryptoKey; readonly privateKey: CryptoKey };
  /** SHA-256 thumbprint of the key (RFC 7638). */
  readonly keyThumbprint: string;
  /** The headers with which one request carries a token. */
  authorize(accessToken: string, method: string, url: string): Promise<Record<string, string>>;
}

/**
 * All replicas derive the same key from the client key, so that each can use the tokens that another got. It is
 * another key than that one, since it signs other things; and not from the key of the cookies, since whoever has that
 * one may read the tokens.
 */
export async function createPossession({ clientKey }: Pick<PortalConfig, "clientKey">): Promise<Possession> {
  const secret = derivedKey(Buffer.from(clientKey.d, "base64url"));
  const { d: _private, ...jwk } = secret;
  const [privateKey, publicKey] = await Promise.all([readKey(secret), readKey(jwk)]);
  return {
    keyPair: { privateKey, publicKey },
    keyThumbprint: await calculateJwkThumbprint(jwk),
    authorize: async (accessToken, method, url) => {
      const ath = createHash("sha256").update(accessToken).digest("base64url");
      const proof = await new SignJWT({ htm: method, htu: url, ath, jti: randomUUID() })
        .setProtectedHeader({ alg: "ES256", typ: "dpop+jwt", jwk })
        .setIssuedAt()
        .sign(privateKey);
      return { authorization: `DPoP ${accessToken}`, dpop: proof };
    },
  };
}

/** The order of the group of P-256 (FIPS 186-5; SEC 2, 2.4.2). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** A P-256 key out of a secret, without bias: 128 bits more than needed, brought into range (FIPS 186-5, A.2.1). */
function derivedKey(secret: Uint8Array) {
  const bits = Buffer.from(hkdfSync("sha256", secret, "", "huimin portal dpop key", 48)).toString("hex");
  const scalar = ((BigInt(`0x${bits}`) % (order - 1n)) + 1n).toString(16).padStart(64, "0");
  const pair = createECDH("prime256v1");
  pair.setPrivateKey(scalar, "hex");
  const point = pair.getPublicKey();
  return {
    kty: "EC",
    crv: "P-256",
    x: point.subarray(1, 33).toString("base64url"),
    y: point.subarray(33).toString("base64url"),
    d: Buffer.from(scalar, "hex").toString("base64url"),
  };
}

async function readKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, "ES256", { extractable: jwk.d === undefined });
  if (key instanceof Uint8Array) throw new TypeError("the key is not an asymmetric one");
  return key;
}
