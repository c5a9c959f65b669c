/** What the steps of a recovery have in common: what was said so far, and what is known from it. */
import { z } from "zod";
import type { Credentials } from "../credentials/credentials.ts";
import type { SmsCodes } from "../credentials/sms-code.ts";
import type { Journey, Step } from "../journey/journey.ts";
import type { Account } from "../store/accounts.ts";
import { findOpenRecovery, type RecoveryRequest } from "../store/recovery-requests.ts";

export const stateShape = z.object({
  login: z.object({ kind: z.enum(["residentId", "mobile"]), value: z.string() }),
  /** The account whose mobile was proved, and that number: no step counts for another account or another number. */
  proved: z.object({ citizenId: z.string(), mobile: z.string() }).nullable(),
  /** The recovery that a printed code of this journey has opened. */
  recoveryId: z.string().nullable(),
  /** The sign-in that she came from. */
  from: z.string().nullable(),
});

export type State = z.output<typeof stateShape>;

export interface Parts {
  readonly credentials: Credentials;
  readonly issuer: string;
  readonly smsCodes: SmsCodes;
  readonly journey: Journey<State>;
}

/** A step of somebody whose journey is known. */
export interface KnownStep extends Step {
  readonly id: string;
  readonly state: State;
}

/** A step of somebody who has proved the account's mobile. */
export interface ProvedStep extends KnownStep {
  readonly account: Account;
}

/** The recovery that this journey may complete now: its own by a printed code, or one that has waited its time. */
export async function readyRecovery(
  { credentials }: Parts,
  { account, state }: ProvedStep,
): Promise<RecoveryRequest | undefined> {
  const recovery = await findOpenRecovery(credentials.database, account.citizenId);
  if (!recovery || recovery.readyAt.getTime() > Date.now()) return undefined;
  return recovery.proof === "mobile" || recovery.recoveryId === state.recoveryId ? recovery : undefined;
}
