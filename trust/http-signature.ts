/**
 * HTTP Message Signatures (RFC 9421) and Content-Digest (RFC 9530), as far as calls between services need them: a fixed
 * list of components, so that no general parser of structured fields (RFC 9651) stands between a request and its check.
 */
import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  hash,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
} from "node:crypto";
import { signEs256, verifyEs256 } from "./ecdsa.ts";

/** Makes signatures under one key. */
export interface MessageSigner {
  /** How the other side finds the key (`keyid`). */
  readonly keyId: string;
  sign(base: string): Buffer;
}

/** Checks signatures under one key. */
export interface MessageVerifier {
  readonly keyId: string;
  verify(base: string, signature: Buffer): boolean;
}

/** `hmac-sha256` (RFC 9421, 3.3.3): both sides hold the same secret. */
export function hmacSha256(keyId: string, secret: Uint8Array): MessageSigner & MessageVerifier {
  const key = createSecretKey(secret);
  const mac = (base: string) => createHmac("sha256", key).update(base).digest();
  return {
    keyId,
    sign: mac,
    verify(base, signature) {
      const expected = mac(base);
      return expected.length === signature.length && timingSafeEqual(expected, signature);
    },
  };
}

/** What of RFC 8410 stands before the 32 bytes of a private Ed25519 key. */
const pkcs8Ed25519 = Buffer.from("302e020100300506032b657004220420", "hex");

/** `ed25519` (RFC 9421, 3.3.6) under a private key of 32 bytes (RFC 8032). */
export function ed25519Signer(keyId: string, privateKey: Uint8Array): MessageSigner {
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Ed25519, privateKey]), format: "der", type: "pkcs8" });
  return { keyId, sign: (base) => sign(null, Buffer.from(base), key) };
}

/** `ed25519` under a public key of 32 bytes. */
export function ed25519Verifier(keyId: string, publicKey: Uint8Array): MessageVerifier {
  const x = Buffer.from(publicKey).toString("base64url");
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  return { keyId, verify: (base, signature) => verify(null, Buffer.from(base), key, signature) };
}

/** `ecdsa-p256-sha256` (RFC 9421, 3.3.4). */
export function ecdsaP256Signer(keyId: string, privateKey: KeyObject): MessageSigner {
  return { keyId, sign: (base) => signEs256(Buffer.from(base), privateKey) };
}

/** `ecdsa-p256-sha256` under a public key. */
export function ecdsaP256Verifier(keyId: string, key: KeyObject): MessageVerifier {
  return { keyId, verify: (base, signature) => verifyEs256(Buffer.from(base), signature, key) };
}

/** A covered component: its identifier as the signature's parameters write it, and its value. */
export type Component = readonly [identifier: string, value: string];

/** The covered components of a signature, as its parameters list them. */
export function componentList(components: readonly Component[]): string {
  return `(${components.map(([identifier]) => identifier).join(" ")})`;
}

/**
 * The text that is signed (RFC 9421, 2.5).
 *
 * @param parameters the member of `Signature-Input`: the list of the components, and the signature's parameters
 */
export function signatureBase(components: readonly Component[], parameters: string): string {
  let base = "";
  for (const [identifier, value] of components) base += `${identifier}: ${value}\n`;
  return `${base}"@signature-params": ${parameters}`;
}

/** The `Content-Digest` of a body by SHA-256. */
export function contentDigest(content: string | Uint8Array): string {
  return `sha-256=:${hash("sha256", content, "base64")}:`;
}
