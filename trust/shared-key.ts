/**
 * Shared keys: what several sectors know by one key (a home, a household, a case, a payment), as one circle of trust sees it.
 *
 * A department issues such a key as it likes. Everybody else has it in a form of the own sector, as with citizens
 * (`pseudonym.ts`): `hmk1_` followed by the base64url of AES-SIV (RFC 5297) under a key of the sector, `1` the version of
 * the sector's key. Two sectors cannot compare theirs. The kind of the key is inside, so that a home's never passes as a
 * case's, and all forms are of one length.
 */
import { type FormPurpose, firstVersion, type SectorVersions, sectorForm } from "./pseudonym.ts";

/** What a shared key looks like, whatever its kind and the version of the sector's key. */
export const sharedKeyPattern = /^hmk[1-9]\d{0,3}_[A-Za-z0-9_-]{128}$/;

/** Bytes of a key with its kind, at most; shorter ones are filled up. */
const size = 80;

const purpose: FormPurpose = { name: "shared key", prefix: "hmk" };

/** A key as its department issued it, behind its kind: `PremisesKey:17`. Never leaves department and gateway. */
export type RawSharedKey = string;

/** A key of a kind, which is the name of its scalar. */
export function rawSharedKey(kind: string, key: string): RawSharedKey {
  return `${kind}:${key}`;
}

/** Turns shared keys into the form of one sector and back. */
export interface SharedKeys {
  /** @throws TypeError when kind and key are longer than 79 bytes together, or the key is empty or holds a NUL */
  seal(key: RawSharedKey): string;
  /** Null when the form is foreign, altered, malformed or no longer accepted. */
  open(form: string): RawSharedKey | null;
}

/**
 * The shared keys of one sector.
 *
 * @param masterKey that of the pseudonyms; the keys of the forms are derived from it, others than theirs
 */
export function sharedKeys(masterKey: Uint8Array, sector: string, versions: SectorVersions = firstVersion): SharedKeys {
  const form = sectorForm(masterKey, sector, versions, purpose);
  return {
    seal(key) {
      const bytes = Buffer.from(key, "utf8");
      const isPlain = key.isWellFormed() && !key.includes("\0") && /^\w+:./s.test(key);
      if (!isPlain || bytes.length > size) throw new TypeError("not a key that sectors can share");
      return form.seal(Buffer.concat([bytes, Buffer.alloc(size - bytes.length)]));
    },
    open(text) {
      const plain = sharedKeyPattern.test(text) ? form.open(text) : null;
      return plain?.toString("utf8").replace(/\0+$/, "") ?? null;
    },
  };
}
