/** What a sign-in is worth: methods (RFC 8176) and the level of assurance that follows from them. */
import type { AssuranceLevel } from "../../trust/assurance.ts";
import type { Account } from "../store/accounts.ts";

/** `amr` of a password, on its own. */
export const passwordMethods: readonly string[] = ["pwd"];

/** `amr` of what was proved before together with a code. A printed code is the `otp` of a list on paper. */
export function withSecondFactor(amr: readonly string[], method: "totp" | "sms" | "recovery-code"): string[] {
  return [...new Set([...amr, method === "sms" ? "sms" : "otp", "mfa"])];
}

/**
 * `amr` of a passkey whose user was verified: a key, in hardware when it cannot leave its device, a touch, and
 * with the PIN or the finger that opened it, two factors at once.
 */
export function passkeyMethods(synced: boolean, before: readonly string[] = []): string[] {
  return [...new Set([...before, synced ? "swk" : "hwk", "user", "mfa"])];
}

/** Whether a passkey was among the methods. */
export function isByPasskey(amr: readonly string[]): boolean {
  return amr.includes("hwk") || amr.includes("swk");
}

/** The level of a sign-in (trust/assurance.ts). Never above 1 for an account recovered by its SIM card alone. */
export function levelOf(account: Pick<Account, "proofing" | "isRecovered">, amr: readonly string[]): AssuranceLevel {
  if (account.proofing === "none" || account.isRecovered || !amr.includes("mfa")) return "urn:huimin:loa:1";
  return isByPasskey(amr) && account.proofing === "in_person" ? "urn:huimin:loa:3" : "urn:huimin:loa:2";
}
