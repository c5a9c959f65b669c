/**
 * The keys of clients' proofs, imported once. A proof brings its key along (RFC 9449, 4.2), and the library imports it
 * with each: as long again as it takes to verify the proof. A client proves with the same key for hours.
 */
import { LRUCache } from "lru-cache";

/** Most keys that are remembered, and the longest text of one. */
const mostKeys = 1_000;
const longestKey = 500;

/** WebCrypto's, as far as jose uses it. */
type ImportKey = (format: string, data: JsonWebKey | BufferSource, ...rest: unknown[]) => Promise<CryptoKey>;

let isRemembering = false;

/**
 * Has WebCrypto, through which the library imports keys, remember public ones, in the whole process. The same text
 * of a key is the same key for ever: nothing here can be out of date.
 */
export function rememberProofKeys(): void {
  if (isRemembering) return;
  isRemembering = true;
  const { subtle } = globalThis.crypto;
  const importKey = subtle.importKey.bind(subtle) as ImportKey;
  const imported = new LRUCache<string, CryptoKey>({ max: mostKeys });
  const remember: ImportKey = async (format, data, ...rest) => {
    // A private key's text must not stay in memory.
    const isPublicKey = format === "jwk" && "kty" in data && ["EC", "OKP"].includes(String(data.kty)) && !("d" in data);
    if (!isPublicKey) return await importKey(format, data, ...rest);
    const text = JSON.stringify([data, ...rest]);
    const key = imported.get(text) ?? (await importKey(format, data, ...rest));
    if (text.length <= longestKey) imported.set(text, key);
    return key;
  };
  subtle.importKey = remember as typeof subtle.importKey;
}
