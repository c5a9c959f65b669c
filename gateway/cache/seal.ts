/** Entries are kept under names that tell nothing and in a form that only this gateway can read. */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";

/** Length of the secret, in bytes. */
export const secretLength = 32;

const cipher = "aes-256-gcm";
const nonceLength = 12;
const tagLength = 16;

/** Names and keys of one group of entries: those of one query for one caller. */
export interface Group {
  /** The name of the entry for `member`. */
  name(member: string): string;
  /** Encrypts a text for the entry of that name, and no other. */
  seal(name: string, text: string): string;
  /** The text, or undefined when it was not sealed for that name. */
  open(name: string, sealed: string): string | undefined;
}

export interface Sealer {
  group(identity: string): Group;
  /** The name of something that is no secret itself but must not be readable. */
  name(text: string): string;
}

/**
 * @param secret 32 random bytes. All replicas that share a store share it too
 */
export function createSealer(secret: Uint8Array): Sealer {
  if (secret.length !== secretLength) throw new RangeError(`the secret has ${secret.length} bytes instead of 32`);
  const tagging = derive(secret, "tags").toString("base64url");
  // Keys as KeyObjects: Node takes five times as long for the same work with bytes.
  const naming = createSecretKey(derive(secret, "names"));
  const sealing = createSecretKey(derive(secret, "entries"));
  const keyed = (key: KeyObject, text: string) => createHmac("sha256", key).update(text).digest();
  return {
    name: (text) => hash("sha256", tagging + text, "base64url"),
    group(identity) {
      // A key for each group: no key ever sees so many random nonces that two could meet.
      const key = createSecretKey(keyed(sealing, identity));
      const prefix = keyed(naming, identity).toString("base64url");
      return {
        name: (member) => hash("sha256", prefix + member, "base64url"),
        seal: (name, text) => seal(key, name, text),
        open: (name, sealed) => open(key, name, sealed),
      };
    },
  };
}

function derive(secret: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", `huimin entity cache ${purpose}`, 32));
}

/** AES-256-GCM (NIST SP 800-38D); the name is the additional authenticated data. */
function seal(key: KeyObject, name: string, text: string): string {
  const nonce = randomBytes(nonceLength);
  const encryption = createCipheriv(cipher, key, nonce).setAAD(Buffer.from(name));
  const encrypted = [encryption.update(text, "utf8"), encryption.final()];
  return Buffer.concat([nonce, encryption.getAuthTag(), ...encrypted]).toString("base64");
}

function open(key: KeyObject, name: string, sealed: string): string | undefined {
  const bytes = Buffer.from(sealed, "base64");
  if (bytes.length < nonceLength + tagLength) return undefined;
  const decryption = createDecipheriv(cipher, key, bytes.subarray(0, nonceLength), { authTagLength: tagLength })
    .setAAD(Buffer.from(name))
    .setAuthTag(bytes.subarray(nonceLength, nonceLength + tagLength));
  try {
    const text = decryption.update(bytes.subarray(nonceLength + tagLength), undefined, "utf8");
    return text + decryption.final("utf8");
  } catch {
    return undefined;
  }
}
