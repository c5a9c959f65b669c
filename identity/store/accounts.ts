/** Who can sign in, and with what. */
import type { Language } from "../../platform/i18n.ts";
import type { Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";
import type { LoginName } from "../credentials/login-name.ts";

export interface Account {
  readonly citizenId: RawCitizenId;
  /** argon2id in PHC string format. */
  readonly passwordHash: string;
}

const byLogin = {
  residentId: "SELECT a.* FROM account a JOIN citizen USING (citizen_id) WHERE resident_id = $1",
  mobile: "SELECT a.* FROM account a WHERE mobile = $1",
} as const;

/** The account that signs in under this name. */
export async function findAccountByLogin(database: Queryable, login: LoginName): Promise<Account | undefined> {
  const [row] = await database.query<{ citizen_id: string; password_hash: string }>(byLogin[login.kind], [login.value]);
  return row && { citizenId: row.citizen_id, passwordHash: row.password_hash };
}

/** Whether a citizen has an account. */
export async function hasAccount(database: Queryable, citizenId: RawCitizenId): Promise<boolean> {
  const found = await database.query("SELECT 1 FROM account WHERE citizen_id = $1", [citizenId]);
  return found.length > 0;
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

/** From now on nothing goes on at this account before its citizen has chosen a new password. */
export async function demandNewPassword(database: Queryable, citizenId: RawCitizenId): Promise<void> {
  await database.query(
    "UPDATE account SET must_change_password = true WHERE citizen_id = $1 AND password_hash IS NOT NULL",
    [citizenId],
  );
}
