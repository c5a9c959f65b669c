/**
 * Signing keys at rest: each private JWK encrypted under a key-encryption key, as RFC 7517, section 7 has it (JWE,
 * `dir`, A256GCM). The header is authenticated with the key and names the one that it holds, so that no row can take
 * the place of another.
 */
import { createHmac } from "node:crypto";
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from "jose";
import type { JWK } from "oidc-provider";
import { StartRefused } from "../../platform/lifecycle.ts";

/** The first key-encryption key seals; all of them open. 32 bytes each. */
export type KeyEncryptionKeys = readonly [Uint8Array, ...Uint8Array[]];

/** Seals a private key under the first key-encryption key. */
export async function sealKey(keyId: string, jwk: JWK, [first]: KeyEncryptionKeys): Promise<string> {
  return await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(jwk)))
    .setProtectedHeader({ alg: "dir", enc: "A256GCM", cty: "jwk+json", kid: sealerId(first), sub: keyId })
    .encrypt(first);
}

/** @throws StartRefused when none of the key-encryption keys opens it, or it holds another key */
export async function openKey(keyId: string, sealed: string, sealers: KeyEncryptionKeys): Promise<JWK> {
  const { kid, sub } = decodeProtectedHeader(sealed);
  const sealer = sealers.find((candidate) => sealerId(candidate) === kid);
  if (!sealer) throw new StartRefused(unknownSealer);
  try {
    const options = { keyManagementAlgorithms: ["dir"], contentEncryptionAlgorithms: ["A256GCM"] };
    const { plaintext } = await compactDecrypt(sealed, sealer, options);
    if (sub === keyId) return JSON.parse(new TextDecoder().decode(plaintext)) as JWK;
  } catch (cause) {
    throw new StartRefused(damaged(keyId), { cause });
  }
  throw new StartRefused(damaged(keyId));
}

/** Whether a key is sealed under the first key-encryption key. */
export function isSealedUnderFirst(sealed: string, [first]: KeyEncryptionKeys): boolean {
  return decodeProtectedHeader(sealed).kid === sealerId(first);
}

/** Recognises a key-encryption key and says nothing about it. */
function sealerId(sealer: Uint8Array): string {
  return createHmac("sha256", sealer).update("huimin key-encryption key").digest("base64url").slice(0, 16);
}

const unknownSealer =
  "identity cannot start: HUIMIN_KEY_ENCRYPTION_KEY does not open the signing keys in its database; " +
  "give the key that they were sealed under, if need be in HUIMIN_FURTHER_KEY_ENCRYPTION_KEYS.";

const damaged = (keyId: string) =>
  `identity cannot start: the signing key ${keyId} in its database is damaged or stands in another's place; ` +
  "bring it back from a backup, or withdraw it with npm run keys -- revoke.";
