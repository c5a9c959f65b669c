/** How cursors and IDs are sealed. Both forms are recognisable, authenticated, and good for what they are bound to alone. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { aessiv } from "@noble/ciphers/aes.js";
import { LRUCache } from "lru-cache";

/** Seals texts, and opens what it has sealed for the same. */
export interface Seal {
  seal(text: string, boundTo: string): string;
  /** Undefined for whatever was not sealed here, or for something else. */
  open(text: string, boundTo: string): string | undefined;
}

const [nonceLength, tagLength] = [12, 16] as const;

/** AES-256-GCM (NIST SP 800-38D) with a random nonce: the same cursor looks different every time. */
export function cursorSeal(masterKey: Uint8Array): Seal {
  const key = derived(masterKey, "huimin cursors v1", 32);
  const { write, read } = form("hmc1_");
  return {
    seal(text, boundTo) {
      const nonce = randomBytes(nonceLength);
      const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagLength }).setAAD(bytesOf(boundTo));
      return write(Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]));
    },
    open(text, boundTo) {
      const bytes = read(text);
      if (bytes.length < nonceLength + tagLength) return undefined;
      const nonce = bytes.subarray(0, nonceLength);
      return attempt(() => {
        const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagLength });
        decipher.setAAD(bytesOf(boundTo)).setAuthTag(bytes.subarray(-tagLength));
        return [decipher.update(bytes.subarray(nonceLength, -tagLength)), decipher.final()];
      });
    },
  };
}

/** Most IDs that are remembered: one costs 20 microseconds to seal. */
const remembered = 20_000;

/**
 * AES-SIV (RFC 5297): the same ID looks the same every time that it is sealed for the same, so that clients can keep what
 * they have read under it.
 */
export function idSeal(masterKey: Uint8Array): Seal {
  const key = derived(masterKey, "huimin ids v1", 64);
  const { write, read } = form("hmi1_");
  const sealed = new LRUCache<string, string>({ max: remembered });
  return {
    seal(text, boundTo) {
      const name = `${boundTo.length}:${boundTo}${text}`;
      const known = sealed.get(name) ?? write(aessiv(key, bytesOf(boundTo)).encrypt(bytesOf(text)));
      sealed.set(name, known);
      return known;
    },
    open(text, boundTo) {
      const bytes = read(text);
      return bytes.length < tagLength ? undefined : attempt(() => [aessiv(key, bytesOf(boundTo)).decrypt(bytes)]);
    },
  };
}

function derived(masterKey: Uint8Array, purpose: string, length: number): Uint8Array {
  return new Uint8Array(hkdfSync("sha512", masterKey, "", purpose, length));
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, "utf8");
}

/** A prefix by which it is recognised, and base64url. Only what is written so is read. */
function form(prefix: string) {
  const write = (bytes: Uint8Array) => prefix + Buffer.from(bytes).toString("base64url");
  const read = (text: string): Buffer => {
    const bytes = Buffer.from(text.slice(prefix.length), "base64url");
    return write(bytes) === text ? bytes : Buffer.alloc(0);
  };
  return { write, read };
}

function attempt(decrypt: () => readonly Uint8Array[]): string | undefined {
  try {
    return Buffer.concat(decrypt()).toString("utf8");
  } catch {
    return undefined;
  }
}
