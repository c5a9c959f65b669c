/** Changes of what an account proves itself with: each with its history and its event, in one transaction. */
import type { Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";
import { type CredentialKind, emitSecurityEvent } from "../events/security-events.ts";
import { type HistoryKind, type RequestOrigin, recordHistory } from "../history/history.ts";
import { type Account, findAccount } from "./accounts.ts";
import { type Factors, readFactors } from "./factors.ts";

/** What changed, as the history and the event stream say it. */
export interface CredentialChange {
  readonly citizenId: RawCitizenId;
  readonly credential: CredentialKind;
  readonly change: "create" | "revoke" | "update";
  readonly history: HistoryKind;
  /** Absent where an officer did it. */
  readonly origin?: RequestOrigin;
  readonly detail?: Readonly<Record<string, string>>;
}

export async function recordCredentialChange(tx: Queryable, change: CredentialChange): Promise<void> {
  const { citizenId, credential, change: kind, history, origin, detail } = change;
  await recordHistory(tx, { citizenId, kind: history, ...(origin && { origin }), ...(detail && { detail }) });
  await emitSecurityEvent(tx, { accountId: citizenId, kind: "credential-change", credential, change: kind });
}

/**
 * The account with its factors, for this transaction alone: what is decided by them cannot be overtaken.
 *
 * @throws Error when the account is gone
 */
export async function lockAccount(
  tx: Queryable,
  citizenId: RawCitizenId,
): Promise<{ readonly account: Account; readonly factors: Factors }> {
  await tx.query("SELECT 1 FROM account WHERE citizen_id = $1 FOR UPDATE", [citizenId]);
  const account = await findAccount(tx, citizenId);
  if (!account) throw new Error("the account is gone");
  return { account, factors: await readFactors(tx, citizenId) };
}

/** Gives an account a new password, or takes it away with null. What asked for a new one is satisfied. */
export async function setPassword(tx: Queryable, citizenId: RawCitizenId, passwordHash: string | null): Promise<void> {
  await tx.query("UPDATE account SET password_hash = $2, must_change_password = false WHERE citizen_id = $1", [
    citizenId,
    passwordHash,
  ]);
}

/**
 * Gives an account another mobile. Of accounts that claim a number at once, one gets it.
 *
 * @returns false when another account has that number
 */
export async function setMobile(tx: Queryable, citizenId: RawCitizenId, mobile: string): Promise<boolean> {
  await tx.query("SAVEPOINT before_mobile");
  try {
    await tx.query("UPDATE account SET mobile = $2 WHERE citizen_id = $1", [citizenId, mobile]);
  } catch (error) {
    if (!isTaken(error)) throw error;
    await tx.query("ROLLBACK TO SAVEPOINT before_mobile");
    return false;
  }
  await tx.query("RELEASE SAVEPOINT before_mobile");
  return true;
}

/** Whether a statement failed because the value is another row's (PostgreSQL, unique_violation). */
function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "23505";
}

/** She has said which passkeys are hers. */
export async function setPasskeysReviewed(tx: Queryable, citizenId: RawCitizenId): Promise<void> {
  await tx.query("UPDATE account SET must_review_passkeys = false WHERE citizen_id = $1", [citizenId]);
}

/** Takes the mobile from an account, as a name and as a factor. */
export async function removeMobile(tx: Queryable, citizenId: RawCitizenId): Promise<void> {
  await tx.query("UPDATE account SET mobile = NULL, sms_factor = false WHERE citizen_id = $1", [citizenId]);
}

/** Whether a code by SMS is asked for after the password. */
export async function setSmsFactor(tx: Queryable, citizenId: RawCitizenId, isOn: boolean): Promise<void> {
  await tx.query("UPDATE account SET sms_factor = $2 WHERE citizen_id = $1 AND mobile IS NOT NULL", [citizenId, isOn]);
}

/** What others can know of a citizen, and a password must not be made of. */
export async function readPersonalWords(database: Queryable, citizenId: RawCitizenId): Promise<string[]> {
  const [row] = await database.query<{ words: (string | null)[] }>(
    `SELECT ARRAY[name, name_latin, resident_id, mobile, to_char(birth_date, 'YYYYMMDD')] AS words
     FROM citizen JOIN account USING (citizen_id) WHERE citizen_id = $1`,
    [citizenId],
  );
  return row?.words.filter((word) => word !== null) ?? [];
}
