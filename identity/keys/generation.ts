/** Makes signing keys. */
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import type { JWK } from "oidc-provider";
import type { SigningAlgorithm } from "./rotation.ts";

export interface GeneratedKey {
  /** SHA-256 thumbprint of the public half (RFC 7638). */
  readonly keyId: string;
  /** The private key, with `kid`, `alg` and `use`. */
  readonly jwk: JWK;
}

/** A new key: P-256, Ed25519, or RSA of 2048 bits. */
export async function generateSigningKey(algorithm: SigningAlgorithm): Promise<GeneratedKey> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = await exportJWK(privateKey);
  const keyId = await calculateJwkThumbprint(jwk);
  return { keyId, jwk: { ...jwk, kid: keyId, alg: algorithm, use: "sig" } as JWK };
}
