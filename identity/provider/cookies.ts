/** Identity's cookies. Cookies do not tell ports apart, hence the long names. */
import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from "node:crypto";
import type { Configuration } from "oidc-provider";

/** Remembers the language that was chosen. */
export const languageCookie = "huimin_identity_language";

/**
 * The provider's own cookies: signed, out of reach of scripts and of other sites' forms.
 *
 * @param keys the first signs, the signatures of all of them count
 */
export function cookies(keys: readonly Uint8Array[]): NonNullable<Configuration["cookies"]> {
  return {
    keys: signerOf(keys),
    names: {
      session: "huimin_identity_session",
      interaction: "huimin_identity_interaction",
      resume: "huimin_identity_resume",
    },
    long: { httpOnly: true, sameSite: "lax", signed: true },
    short: { httpOnly: true, sameSite: "lax", signed: true },
  };
}

/**
 * Gives and takes the signatures of Keygrip (HMAC-SHA-1, RFC 2104), which the library would use. Keygrip computes two
 * more with every cookie that it checks, and with bytes from which Node makes a key each time, which takes five times
 * as long as to sign.
 */
function signerOf(keys: readonly Uint8Array[]) {
  const [first, ...others] = keys.map((key) => createSecretKey(key));
  if (!first) throw new TypeError("cookies need a key");
  const index = (data: string, signature: string) =>
    [first, ...others].findIndex((key) => isSame(signatureOf(data, key), signature));
  return {
    sign: (data: string) => signatureOf(data, first),
    verify: (data: string, signature: string) => index(data, signature) !== -1,
    /** Which of the keys made the signature; -1 when none did. */
    index,
  };
}

function signatureOf(data: string, key: KeyObject): string {
  return createHmac("sha1", key).update(data).digest("base64url");
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
