/** Codes of an authenticator app (TOTP, RFC 6238): SHA-1, six digits, thirty seconds, as every such app knows them. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { Secret, TOTP } from "otpauth";
import type { Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";
import { findTotp, useTotpStep } from "../store/factors.ts";

const stepSeconds = 30;
/** Steps on either side of now that count too: clocks differ, and people type slowly (RFC 6238, 5.2). */
const drift = 1;
const secretBytes = 20;
const nonceBytes = 12;
const tagBytes = 16;

/** Secrets of authenticator apps, and the codes that come of them. */
export interface Totp {
  /** A new secret, base32, as an app takes it in. */
  newSecret(): string;
  /** The time step of a right code; null for a wrong one. */
  stepOf(secret: string, code: string): number | null;
  /** Encrypts a secret for its account (AES-256-GCM). */
  seal(citizenId: RawCitizenId, secret: string): Uint8Array;
  /**
   * Uses up a code of the account's app.
   *
   * @returns when the account got the app; null when the code is wrong, or was used before
   */
  verify(database: Queryable, citizenId: RawCitizenId, code: string): Promise<Date | null>;
}

/**
 * @param master the key that the sealing key is derived from (HKDF, RFC 5869); without it the database's secrets are
 *   of no use
 * @param now milliseconds since the epoch
 */
export function createTotp(master: Uint8Array, now: () => number = Date.now): Totp {
  const key = Buffer.from(hkdfSync("sha256", master, "", "huimin identity totp secrets", 32));
  const stepOf = (secret: string, code: string): number | null => {
    const digits = code.replace(/\s/g, "");
    if (!/^\d{6}$/.test(digits)) return null;
    const timestamp = now();
    const delta = appOf(secret).validate({ token: digits, timestamp, window: drift });
    return delta === null ? null : Math.floor(timestamp / 1000 / stepSeconds) + delta;
  };
  return {
    newSecret: () => new Secret({ buffer: new Uint8Array(randomBytes(secretBytes)).buffer }).base32,
    stepOf,
    seal: (citizenId, secret) => seal(key, citizenId, secret),
    verify: async (database, citizenId, code) => {
      const app = await findTotp(database, citizenId);
      if (!app) return null;
      const step = stepOf(open(key, citizenId, app.sealedSecret), code);
      return step !== null && (await useTotpStep(database, citizenId, step)) ? app.createdAt : null;
    },
  };
}

/** What the QR code of an app says (Key URI Format). @param label tells accounts apart in the app */
export function totpUri(secret: string, label: string): string {
  return new TOTP({ issuer: "Huimin", label, secret: Secret.fromBase32(secret) }).toString();
}

function appOf(secret: string): TOTP {
  return new TOTP({ secret: Secret.fromBase32(secret), digits: 6, period: stepSeconds, algorithm: "SHA1" });
}

function seal(key: Uint8Array, citizenId: string, secret: string): Uint8Array {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(citizenId));
  const sealed = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** @throws Error when it was sealed for another account or under another key */
function open(key: Uint8Array, citizenId: string, sealed: Uint8Array): string {
  const tag = sealed.subarray(nonceBytes, nonceBytes + tagBytes);
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
    .setAAD(Buffer.from(citizenId))
    .setAuthTag(tag);
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]).toString("utf8");
}
