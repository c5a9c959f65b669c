/** Who can sign in, and with what. */
import type { Language } from "../../platform/i18n.ts";
import type { Database, Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";
import type { LoginName } from "../credentials/login-name.ts";
import type { ReadAhead } from "./read-ahead.ts";

/** How the identity behind an account was proofed. */
export type Proofing = "none" | "remote" | "in_person";

export interface Account {
  readonly citizenId: RawCitizenId;
  /** argon2id in PHC string format; null when she signs in with passkeys alone. */
  readonly passwordHash: string | null;
  readonly proofing: Proofing;
  /** Mainland number without country code. */
  readonly mobile: string | null;
  /** Whether a code by SMS is asked for after the password. */
  readonly smsFactor: boolean;
  /** Who she is to an authenticator (WebAuthn, user handle). */
  readonly passkeyUser: string;
  /** Whether the account was recovered with no proof but the SIM card, and no older factor was used since. */
  readonly isRecovered: boolean;
  /** Whether nothing goes on before she has a new password. */
  readonly mustChangePassword: boolean;
  /** Whether she is to say which of her passkeys are hers. */
  readonly mustReviewPasskeys: boolean;
  readonly preferredLanguage: Language;
}

interface AccountRow {
  readonly citizen_id: string;
  readonly password_hash: string | null;
  readonly proofing: Proofing;
  readonly mobile: string | null;
  readonly sms_factor: boolean;
  readonly passkey_user: string;
  readonly is_recovered: boolean;
  readonly must_change_password: boolean;
  readonly must_review_passkeys: boolean;
  readonly preferred_language: Language;
}

const selectAccount = `SELECT citizen_id, password_hash, proofing, mobile, sms_factor, passkey_user,
  recovered_at IS NOT NULL AS is_recovered, must_change_password,
  must_review_passkeys AND EXISTS (SELECT FROM passkey WHERE passkey.citizen_id = account.citizen_id)
    AS must_review_passkeys, preferred_language FROM account JOIN citizen USING (citizen_id)`;

const byLogin = {
  residentId: `${selectAccount} WHERE resident_id = $1`,
  mobile: `${selectAccount} WHERE mobile = $1`,
} as const;

/** The account that signs in under this name. */
export async function findAccountByLogin(database: Queryable, login: LoginName): Promise<Account | undefined> {
  const [row] = await database.query<AccountRow>(byLogin[login.kind], [login.value]);
  return row && accountOf(row);
}

/** The account of a citizen. */
export async function findAccount(database: Queryable, citizenId: RawCitizenId): Promise<Account | undefined> {
  const [row] = await database.query<AccountRow>(`${selectAccount} WHERE citizen_id = $1`, [citizenId]);
  return row && accountOf(row);
}

function accountOf(row: AccountRow): Account {
  return {
    citizenId: row.citizen_id,
    passwordHash: row.password_hash,
    proofing: row.proofing,
    mobile: row.mobile,
    smsFactor: row.sms_factor,
    passkeyUser: row.passkey_user,
    isRecovered: row.is_recovered,
    mustChangePassword: row.must_change_password,
    mustReviewPasskeys: row.must_review_passkeys,
    preferredLanguage: row.preferred_language,
  };
}

/** Replaces the hash of the same password by one at today's cost, unless the password was changed meanwhile. */
export async function upgradePasswordHash(
  database: Queryable,
  { citizenId, passwordHash }: Account,
  newHash: string,
): Promise<void> {
  await database.query("UPDATE account SET password_hash = $3 WHERE citizen_id = $1 AND password_hash = $2", [
    citizenId,
    passwordHash,
    newHash,
  ]);
}

/** Whether a citizen has an account. */
export async function hasAccount(database: Queryable, ahead: ReadAhead, citizenId: RawCitizenId): Promise<boolean> {
  return await ahead.take("account", citizenId, async () => {
    const found = await database.query("SELECT 1 FROM account WHERE citizen_id = $1", [citizenId]);
    return found.length > 0;
  });
}

/** The name of somebody in the register; null when she is not in it. */
export async function nameOfCitizen(database: Queryable, citizenId: RawCitizenId): Promise<string | null> {
  const [row] = await database.query<{ name: string }>("SELECT name FROM citizen WHERE citizen_id = $1", [citizenId]);
  return row?.name ?? null;
}

/** Who an account belongs to. */
export interface AccountHolder {
  readonly name: string;
  readonly preferredLanguage: Language;
}

/** The holder of an account; null when there is no such account. */
export async function findAccountHolder(database: Queryable, citizenId: RawCitizenId): Promise<AccountHolder | null> {
  const [row] = await database.query<{ name: string; preferred_language: Language }>(
    "SELECT name, preferred_language FROM citizen JOIN account USING (citizen_id) WHERE citizen_id = $1",
    [citizenId],
  );
  return row ? { name: row.name, preferredLanguage: row.preferred_language } : null;
}

/**
 * From now on nothing goes on at this account before its citizen has chosen a new password, if she has one, and has
 * said which passkeys are hers, if there are any.
 */
export async function demandNewCredentials(database: Queryable, citizenId: RawCitizenId): Promise<void> {
  await database.query(
    `UPDATE account SET must_change_password = must_change_password OR password_hash IS NOT NULL,
                        must_review_passkeys = EXISTS (SELECT FROM passkey WHERE passkey.citizen_id = account.citizen_id)
     WHERE citizen_id = $1`,
    [citizenId],
  );
}

/** The numbers that she signs in with. */
export interface AccountNumbers {
  readonly residentId: string;
  /** Mainland number without country code. */
  readonly mobile: string | null;
}

/** @throws Error when there is no such account */
export async function readAccountNumbers(database: Queryable, citizenId: RawCitizenId): Promise<AccountNumbers> {
  const [row] = await database.query<{ resident_id: string; mobile: string | null }>(
    "SELECT resident_id, mobile FROM citizen JOIN account USING (citizen_id) WHERE citizen_id = $1",
    [citizenId],
  );
  if (!row) throw new Error("the account is gone");
  return { residentId: row.resident_id, mobile: row.mobile };
}

/**
 * Ends an account with everything that was hers in it: factors, consents, where her sessions began. The citizen
 * stays in the register, and her history stays out of sight until `sweepClosedAccounts` removes it.
 */
export async function removeAccount(tx: Queryable, citizenId: RawCitizenId): Promise<void> {
  await tx.query("DELETE FROM account WHERE citizen_id = $1", [citizenId]);
  // What she gave of her own must not come back with another account.
  await tx.query(
    "UPDATE delegation SET valid_until = least(valid_until, now()) WHERE giver = $1 AND company_id IS NULL",
    [citizenId],
  );
  await tx.query(
    "INSERT INTO closed_account (citizen_id) VALUES ($1) ON CONFLICT (citizen_id) DO UPDATE SET closed_at = now()",
    [citizenId],
  );
}

/** Removes the history of accounts that were closed half a year ago; one that was opened again keeps its own. */
export async function sweepClosedAccounts(database: Database): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.query("DELETE FROM closed_account c USING account a WHERE a.citizen_id = c.citizen_id");
    const over = await tx.query<{ citizen_id: string }>(
      `DELETE FROM closed_account WHERE citizen_id IN
         (SELECT citizen_id FROM closed_account WHERE closed_at < now() - interval '6 months' LIMIT 100)
       RETURNING citizen_id`,
    );
    await tx.query("DELETE FROM account_history WHERE citizen_id = ANY ($1::uuid[])", [
      over.map(({ citizen_id: citizenId }) => citizenId),
    ]);
  });
}
