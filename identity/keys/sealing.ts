/**
 * Secrets at rest: signing keys, and what receivers of security events want to be shown. Each is encrypted under a
 * key-encryption key, as RFC 7517, section 7 has it (JWE, `dir`, A256GCM). The header is authenticated with the secret
 * and names the one that it holds, so that no row can take the place of another.
 */
import { createHmac } from "node:crypto";
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from "jose";
import type { JWK } from "oidc-provider";
import { StartRefused } from "../../platform/lifecycle.ts";

/** The first key-encryption key seals; all of them open. 32 bytes each. */
export type KeyEncryptionKeys = readonly [Uint8Array, ...Uint8Array[]];

/** Seals a private key under the first key-encryption key. */
export async function sealKey(keyId: string, jwk: JWK, sealers: KeyEncryptionKeys): Promise<string> {
  return await seal({ cty: "jwk+json", sub: keyId }, JSON.stringify(jwk), sealers);
}

/** Seals a text under the first key-encryption key. @param name what the text is, and whose */
export async function sealText(name: string, text: string, sealers: KeyEncryptionKeys): Promise<string> {
  return await seal({ cty: "text/plain", sub: name }, text, sealers);
}

async function seal(of: { readonly cty: string; readonly sub: string }, text: string, [first]: KeyEncryptionKeys) {
  return await new CompactEncrypt(new TextEncoder().encode(text))
    .setProtectedHeader({ alg: "dir", enc: "A256GCM", kid: sealerId(first), ...of })
    .encrypt(first);
}

/** @throws StartRefused when none of the key-encryption keys opens it, or it holds another key */
export async function openKey(keyId: string, sealed: string, sealers: KeyEncryptionKeys): Promise<JWK> {
  const sealer = sealerOf(sealed, sealers);
  if (!sealer) throw new StartRefused(unknownSealer);
  try {
    return JSON.parse(await open(keyId, sealed, sealer)) as JWK;
  } catch (cause) {
    throw new StartRefused(damaged(keyId), { cause });
  }
}

/** @throws Error when none of the key-encryption keys opens it, or it holds another text */
export async function openText(name: string, sealed: string, sealers: KeyEncryptionKeys): Promise<string> {
  const sealer = sealerOf(sealed, sealers);
  if (!sealer) throw new Error("no key-encryption key opens a sealed text");
  return await open(name, sealed, sealer);
}

function sealerOf(sealed: string, sealers: KeyEncryptionKeys): Uint8Array | undefined {
  const { kid } = decodeProtectedHeader(sealed);
  return sealers.find((candidate) => sealerId(candidate) === kid);
}

async function open(name: string, sealed: string, sealer: Uint8Array): Promise<string> {
  const options = { keyManagementAlgorithms: ["dir"], contentEncryptionAlgorithms: ["A256GCM"] };
  const { plaintext, protectedHeader } = await compactDecrypt(sealed, sealer, options);
  if (protectedHeader.sub !== name) throw new Error("a sealed secret stands in the place of another");
  return new TextDecoder().decode(plaintext);
}

/** Whether something is sealed under the first key-encryption key. */
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
