/** What else of a caller two companies could compare, each in its own form. */
import { createHmac, hkdfSync } from "node:crypto";
import type { Caller } from "../../trust/caller.ts";

/** Seconds to which a company hears when somebody signed in. */
const step = 60;

/** A caller's client and sign-in as a company's sector hears of them. */
export type SignInAbroad = (caller: Caller, sector: string) => Pick<Caller, "clientId" | "signedInAt">;

/**
 * Gives clients a name for each sector, which two sectors cannot compare, and tells the time of a sign-in to the minute:
 * to the second it would tell one citizen from all others. It is rounded down, so that it never looks younger.
 *
 * @param masterKey of the pseudonyms; the key of the names is derived from it
 */
export function signInAbroad(masterKey: Uint8Array): SignInAbroad {
  const key = new Uint8Array(hkdfSync("sha512", masterKey, "", "huimin client names v1", 32));
  return ({ clientId, signedInAt }, sector) => ({
    clientId: `client_${createHmac("sha256", key).update(`${sector} ${clientId}`).digest("base64url").slice(0, 22)}`,
    signedInAt: typeof signedInAt === "number" ? signedInAt - (signedInAt % step) : null,
  });
}
