/** What level a sign-in has to reach, and how an account can reach it. */
import { type AssuranceLevel, assuranceLevels, isAssuranceLevel, meetsLevel } from "../../trust/assurance.ts";
import { isByPasskey, levelOf, passkeyMethods } from "../credentials/levels.ts";
import type { Account } from "../store/accounts.ts";
import type { Factors } from "../store/factors.ts";
import type { Interaction } from "./turn.ts";

/** Ways of the second step. */
export const secondFactors = ["passkey", "totp", "sms", "recovery-code"] as const;

export type SecondFactor = (typeof secondFactors)[number];

/** Where a sign-in stands. */
export interface Standing {
  readonly account: Account;
  readonly factors: Factors;
  /** Proved so far. */
  readonly amr: readonly string[];
  readonly demanded: AssuranceLevel | null;
  /** Whether SMS can be sent at all. */
  readonly canSend: boolean;
}

/** The level that the provider's policy demands, else the weakest that the client says it accepts; null for any. */
export function demandedLevel({ prompt, params }: Interaction): AssuranceLevel | null {
  const { level } = prompt.details as { level?: unknown };
  if (isAssuranceLevel(level)) return level;
  const accepted = String(params.acr_values ?? "").split(" ");
  return assuranceLevels.find((one) => accepted.includes(one)) ?? null;
}

/** Whether all that is missing is a stronger proof than that of her session. */
export function isStepUp({ prompt, session }: Interaction): boolean {
  return session !== undefined && prompt.reasons.length === 1 && prompt.reasons[0] === "level";
}

/** How the way a sign-in has come compares with where it has to go. */
export function isShort({ account, amr, demanded }: Standing): boolean {
  return demanded !== null && !meetsLevel(levelOf(account, amr), demanded);
}

/**
 * Whether the account itself asks for more than was proved. Where somebody else knew the password, a code by SMS
 * goes before the new one, if one can be sent.
 */
export function needsSecondFactor({ account, factors, amr, canSend }: Standing): boolean {
  if (amr.includes("mfa")) return false;
  const { smsFactor, isRecovered, mustChangePassword, mobile } = account;
  const isSuspect = mustChangePassword && canSend && mobile !== null;
  return smsFactor || isRecovered || isSuspect || factors.passkeys > 0 || factors.totp;
}

/** The ways in which she can go on, the best first. A level above what a code can give leaves the passkey. */
export function offeredFactors({ account, factors, amr, demanded, canSend }: Standing): SecondFactor[] {
  // A factor from before a recovery lifts what the recovery holds down.
  const restored = { ...account, isRecovered: false };
  const reaches = (who: typeof account, methods: string[]) =>
    demanded === null || meetsLevel(levelOf(who, methods), demanded);
  const code = !amr.includes("mfa") && reaches(restored, ["otp", "mfa"]);
  const offers: Readonly<Record<SecondFactor, boolean>> = {
    passkey: factors.passkeys > 0 && !isByPasskey(amr) && reaches(restored, passkeyMethods(true)),
    totp: factors.totp && code,
    sms: canSend && wantsSms(account, demanded) && !amr.includes("mfa") && reaches(account, ["sms", "mfa"]),
    "recovery-code": factors.recoveryCodes > 0 && code,
  };
  return secondFactors.filter((factor) => offers[factor]);
}

/** A mobile is a name to sign in with; a factor it is by her choice, or where a level or a recovery asks for one. */
function wantsSms(account: Account, demanded: AssuranceLevel | null): boolean {
  const { mobile, smsFactor, isRecovered, mustChangePassword } = account;
  return mobile !== null && (smsFactor || isRecovered || mustChangePassword || demanded !== null);
}
