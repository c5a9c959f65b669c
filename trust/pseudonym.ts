/**
 * Sector pseudonyms: the citizen ID as one circle of trust sees it.
 *
 * A pseudonym is `hm1_` followed by the base64url of AES-SIV (RFC 5297) over the 16 bytes of the raw
 * citizen ID, under a key of the sector. AES-SIV is deterministic, so the form is stable for life, and
 * it carries its own authenticator: an altered or foreign form is recognised. `1` is the version of the
 * sector's key, which changes only by a migration that accepts two versions for a while.
 */
import { hkdfSync } from "node:crypto";
import { aessiv } from "@noble/ciphers/aes.js";

/** The circle of trust of the city's departments. */
export const governmentSector = "government";

/** What a sector may be called. */
export const sectorPattern = /^[a-z][a-z0-9-]{0,60}$/;

/** A raw citizen ID as identity stores it: a random UUID, lower case. Never leaves identity. */
export type RawCitizenId = string;

/** What a pseudonym looks like, whatever the version of its key; for schema scalars and log filters. */
export const pseudonymPattern = /^hm[1-9]\d{0,3}_[A-Za-z0-9_-]{43}$/;

/** Highest version that fits the form. */
export const highestKeyVersion = 9_999;

/** The versions of a sector's key. */
export interface SectorVersions {
  /** New pseudonyms are made with it. */
  readonly issued: number;
  /** Pseudonyms of these are opened; the issued one is always among them. */
  readonly accepted: readonly number[];
}

/** A sector whose key has never changed. */
export const firstVersion: SectorVersions = Object.freeze({ issued: 1, accepted: Object.freeze([1]) });

/** Turns citizen IDs into the form of one sector and back. */
export interface SectorPseudonyms {
  /** The pseudonym of a citizen in this sector. */
  seal(citizenId: RawCitizenId): string;
  /** The citizen behind a pseudonym of this sector; null when it is foreign, altered, malformed or no longer accepted. */
  open(pseudonym: string): RawCitizenId | null;
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** What a sector's forms are made of. Another purpose has other keys, and forms that begin otherwise. */
export interface FormPurpose {
  readonly name: string;
  /** Stands before the version. */
  readonly prefix: string;
}

const pseudonyms: FormPurpose = { name: "pseudonym", prefix: "hm" };

/** Turns bytes into a form of one sector and back. */
export interface SectorForm {
  seal(plain: Uint8Array): string;
  /** Null when the form is foreign, altered, malformed or no longer accepted. */
  open(form: string): Buffer | null;
}

/**
 * The pseudonyms of one sector.
 *
 * @param masterKey 32 bytes, known to identity and gateway alone; each version of each sector's key is
 *   derived from it (HKDF-SHA-512, RFC 5869), so no sector can learn another's
 */
export function sectorPseudonyms(
  masterKey: Uint8Array,
  sector: string,
  versions: SectorVersions = firstVersion,
): SectorPseudonyms {
  const form = sectorForm(masterKey, sector, versions, pseudonyms);
  return {
    seal(citizenId) {
      if (!uuidPattern.test(citizenId)) throw new TypeError("not a raw citizen ID");
      return form.seal(Buffer.from(citizenId.replaceAll("-", ""), "hex"));
    },
    open(pseudonym) {
      const plain = pseudonymPattern.test(pseudonym) ? form.open(pseudonym) : null;
      if (!plain) return null;
      return plain.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    },
  };
}

/** The forms of one sector for a purpose: prefix, version, `_`, and the base64url of AES-SIV under the sector's key. */
export function sectorForm(
  masterKey: Uint8Array,
  sector: string,
  { issued, accepted }: SectorVersions,
  purpose: FormPurpose,
): SectorForm {
  if (masterKey.length !== 32) throw new TypeError(`a pseudonym master key has 32 bytes, not ${masterKey.length}`);
  if (!sectorPattern.test(sector)) throw new TypeError("not the name of a sector");
  const keys = [...new Set([issued, ...accepted])].map((version) => versionedKey(masterKey, sector, version, purpose));
  const [issuing] = keys;
  if (!issuing) throw new TypeError("a sector has at least one version of its key");
  return {
    seal: (plain) => issuing.prefix + issuing.encrypt(plain),
    open(form) {
      const key = keys.find(({ prefix }) => form.startsWith(prefix));
      return key?.decrypt(form.slice(key.prefix.length)) ?? null;
    },
  };
}

/** One version of a sector's key at work on what follows the prefix. */
interface VersionedKey {
  readonly prefix: string;
  encrypt(plain: Uint8Array): string;
  decrypt(text: string): Buffer | null;
}

function versionedKey(masterKey: Uint8Array, sector: string, version: number, purpose: FormPurpose): VersionedKey {
  if (!Number.isInteger(version) || version < 1 || version > highestKeyVersion) {
    throw new TypeError(`a key version is a whole number from 1 to ${highestKeyVersion}, not ${version}`);
  }
  const key = new Uint8Array(hkdfSync("sha512", masterKey, "", `huimin ${purpose.name} v${version} ${sector}`, 64));
  const header = new TextEncoder().encode(`huimin ${sector}`);
  return {
    prefix: `${purpose.prefix}${version}_`,
    encrypt: (plain) => Buffer.from(aessiv(key, header).encrypt(plain)).toString("base64url"),
    decrypt(text) {
      const bytes = Buffer.from(text, "base64url");
      // The last base64url digit has spare bits; only the form that `encrypt` gives is a pseudonym.
      if (bytes.toString("base64url") !== text) return null;
      try {
        return Buffer.from(aessiv(key, header).decrypt(bytes));
      } catch {
        return null;
      }
    },
  };
}
