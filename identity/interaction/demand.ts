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

/** Whether she is to say which passkeys are hers. What the mobile alone brought back removes none. */
export function needsPasskeyReview({ mustReviewPasskeys, isRecovered }: Account): boolean {
  return mustReviewPasskeys && !isRecovered;
}

/** Whether a passkey alone does not do: it may be the one of somebody else, who must not be the one to say whose it is. */
function isDoubted({ account, amr, canSend }: Standing): boolean {
  const canProveMore = canSend && account.mobile !== null;
  return (
    needsPasskeyReview(account) && canProveMore && isByPasskey(amr) && !amr.includes("sms") && !amr.includes("otp")
  );
}

/**
 * Whether the account itself asks for more than was proved. Where somebody else knew the password or has a passkey, a
 * code by SMS goes before the new one, or before she says which are hers, if one can be sent.
 */
export function needsSecondFactor(standing: Standing): boolean {
  const { account, factors, amr, canSend } = standing;
  if (amr.includes("mfa")) return isDoubted(standing);
  const { smsFactor, isRecovered, mustChangePassword, mobile } = account;
  const isSuspect = mustChangePassword && canSend && mobile !== null;
  return smsFactor || isRecovered || isSuspect || factors.passkeys > 0 || factors.totp;
}

/** The ways in which she can go on, the best first. A level above what a code can give leaves the passkey. */
export function offeredFactors(standing: Standing): SecondFactor[] {
  const { account, factors, amr, demanded, canSend } = standing;
  const isOpen = !amr.includes("mfa") || isDoubted(standing);
  // A factor from before a recovery lifts what the recovery holds down.
  const restored = { ...account, isRecovered: false };
  const reaches = (who: typeof account, methods: string[]) =>
    demanded === null || meetsLevel(levelOf(who, methods), demanded);
  const code = isOpen && reaches(restored, [...amr, "otp", "mfa"]);
  const offers: Readonly<Record<SecondFactor, boolean>> = {
    passkey: factors.passkeys > 0 && !isByPasskey(amr) && reaches(restored, passkeyMethods(true)),
    totp: factors.totp && code,
    sms: canSend && wantsSms(account, demanded) && isOpen && reaches(account, [...amr, "sms", "mfa"]),
    "recovery-code": factors.recoveryCodes > 0 && code,
  };
  return secondFactors.filter((factor) => offers[factor]);
}

/** A mobile is a name to sign in with; a factor it is by her choice, or where a level or a recovery asks for one. */
function wantsSms(account: Account, demanded: AssuranceLevel | null): boolean {
  const { mobile, smsFactor, isRecovered, mustChangePassword, mustReviewPasskeys } = account;
  const isSuspect = mustChangePassword || mustReviewPasskeys;
  return mobile !== null && (smsFactor || isRecovered || isSuspect || demanded !== null);
}
