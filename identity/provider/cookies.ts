/** Identity's cookies. Cookies do not tell ports apart, hence the long names. */
import { createSecretKey } from "node:crypto";
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
    // As key objects: from bytes Node makes one for each signature, which takes five times as long as to sign. The
    // library hands them on to `createHmac`, its types know of bytes alone.
    keys: keys.map((key) => createSecretKey(key) as unknown as Buffer),
    names: {
      session: "huimin_identity_session",
      interaction: "huimin_identity_interaction",
      resume: "huimin_identity_resume",
    },
    long: { httpOnly: true, sameSite: "lax", signed: true },
    short: { httpOnly: true, sameSite: "lax", signed: true },
  };
}
