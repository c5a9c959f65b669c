/**
 * Sector pseudonyms: the citizen ID as one circle of trust sees it.
 *
 * A pseudonym is `hm1_` followed by the base64url of AES-SIV (RFC 5297) over the 16 bytes of the raw
 * citizen ID, under a key of the sector. AES-SIV is deterministic, so the form is stable for life, and
 * it carries its own authenticator: an altered or foreign form is recognised. `1` is the key version.
 */
import { hkdfSync } from "node:crypto";
import { aessiv } from "@noble/ciphers/aes.js";

/** The circle of trust of the city's departments. */
export const governmentSector = "government";

/** A raw citizen ID as identity stores it: a random UUID, lower case. Never leaves identity. */
export type RawCitizenId = string;

/** What a pseudonym looks like; for schema scalars and log filters. */
export const pseudonymPattern = /^hm1_[A-Za-z0-9_-]{43}$/;

/** Turns citizen IDs into the form of one sector and back. */
export interface SectorPseudonyms {
  /** The pseudonym of a citizen in this sector. */
  seal(citizenId: RawCitizenId): string;
  /** The citizen behind a pseudonym of this sector; null when it is foreign, altered or malformed. */
  open(pseudonym: string): RawCitizenId | null;
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const prefix = "hm1_";

/**
 * The pseudonyms of one sector.
 *
 * @param masterKey 32 bytes, known to identity and gateway alone; each sector's key is derived from it
 *   (HKDF-SHA-512, RFC 5869), so no sector can learn another's
 */
export function sectorPseudonyms(masterKey: Uint8Array, sector: string): SectorPseudonyms {
  if (masterKey.length !== 32) throw new TypeError(`a pseudonym master key has 32 bytes, not ${masterKey.length}`);
  const key = new Uint8Array(hkdfSync("sha512", masterKey, "", `huimin pseudonym v1 ${sector}`, 64));
  const header = new TextEncoder().encode(`huimin ${sector}`);
  return {
    seal(citizenId) {
      if (!uuidPattern.test(citizenId)) throw new TypeError("not a raw citizen ID");
      const plain = Buffer.from(citizenId.replaceAll("-", ""), "hex");
      return prefix + Buffer.from(aessiv(key, header).encrypt(plain)).toString("base64url");
    },
    open(pseudonym) {
      if (!pseudonymPattern.test(pseudonym)) return null;
      const bytes = Buffer.from(pseudonym.slice(prefix.length), "base64url");
      // The last base64url digit has spare bits; only the form that `seal` gives is a pseudonym.
      if (bytes.toString("base64url") !== pseudonym.slice(prefix.length)) return null;
      try {
        const hex = Buffer.from(aessiv(key, header).decrypt(bytes)).toString("hex");
        return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
      } catch {
        return null;
      }
    },
  };
}
