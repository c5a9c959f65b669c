/** Where a sign-in stands: what the account has, what was proved, what is demanded. */
import type { Account } from "../store/accounts.ts";
import { readFactors } from "../store/factors.ts";
import { demandedLevel, type Standing } from "./demand.ts";
import type { Turn } from "./turn.ts";

/** Where she stands with what she has proved. */
export async function standingOf(
  { parts, interaction }: Turn,
  account: Account,
  amr: readonly string[],
): Promise<Standing> {
  const { database, smsCodes } = parts.credentials;
  return {
    account,
    factors: await readFactors(database, account.citizenId),
    amr,
    demanded: demandedLevel(interaction),
    canSend: smsCodes !== null,
  };
}
