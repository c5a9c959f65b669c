/** Caseworkers' accounts. Nothing joins them with the register: a human who is also a citizen has two accounts. */
import { createHash, randomBytes } from "node:crypto";
import type { Queryable } from "../../platform/postgres.ts";
import type { NewPasskey, PasskeySource } from "../credentials/passkeys.ts";

export interface StaffAccount {
  readonly staffId: string;
  readonly department: string;
  readonly role: string;
  readonly displayName: string;
}

const columns = `staff_id AS "staffId", department, role, display_name AS "displayName"`;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The account of a caseworker who may sign in. */
export async function findStaff(database: Queryable, staffId: string): Promise<StaffAccount | undefined> {
  return (await findStaffAccounts(database, [staffId])).get(staffId);
}

/** The accounts of caseworkers who may sign in, by their IDs. */
export async function findStaffAccounts(
  database: Queryable,
  staffIds: readonly string[],
): Promise<ReadonlyMap<string, StaffAccount>> {
  if (staffIds.length === 0) return new Map();
  const rows = await database.query<StaffAccount>(
    `SELECT ${columns} FROM staff_account WHERE staff_id = ANY($1::uuid[]) AND disabled_at IS NULL`,
    [staffIds.filter((staffId) => uuid.test(staffId))],
  );
  return new Map(rows.map((row) => [row.staffId, row]));
}

/** A caseworker as an operator lists her. */
export interface ListedStaff extends StaffAccount {
  readonly passkeys: number;
  readonly isDisabled: boolean;
}

export async function listStaff(database: Queryable): Promise<ListedStaff[]> {
  return await database.query<ListedStaff>(
    `SELECT ${columns}, disabled_at IS NOT NULL AS "isDisabled",
            (SELECT count(*) FROM staff_passkey WHERE staff_passkey.staff_id = staff_account.staff_id) AS passkeys
     FROM staff_account ORDER BY department, display_name, staff_id`,
  );
}

export async function createStaff(database: Queryable, staff: Omit<StaffAccount, "staffId">): Promise<string> {
  const { department, role, displayName } = staff;
  const [row] = await database.query<{ staff_id: string }>(
    "INSERT INTO staff_account (department, role, display_name) VALUES ($1, $2, $3) RETURNING staff_id",
    [department, role, displayName],
  );
  if (!row) throw new Error("the database did not name the new account");
  return row.staff_id;
}

/** Closes an account for good. @returns false when there was none open */
export async function disableStaff(tx: Queryable, staffId: string): Promise<boolean> {
  const closed = await tx.query(
    "UPDATE staff_account SET disabled_at = now() WHERE staff_id = $1 AND disabled_at IS NULL RETURNING 1",
    [staffId],
  );
  await tx.query("UPDATE staff_enrolment SET used_at = now() WHERE staff_id = $1 AND used_at IS NULL", [staffId]);
  return closed.length > 0;
}

/** How long an enrolment code can be used, in hours. */
export const enrolmentHours = 24;

/** Makes a code with which a caseworker registers one passkey; the codes that she had before end. */
export async function inviteStaff(tx: Queryable, staffId: string): Promise<string> {
  const code = randomBytes(20).toString("base64url");
  await tx.query("UPDATE staff_enrolment SET used_at = now() WHERE staff_id = $1 AND used_at IS NULL", [staffId]);
  await tx.query(
    `INSERT INTO staff_enrolment (token_hash, staff_id, expires_at)
     VALUES ($1, $2, now() + make_interval(hours => $3))`,
    [hashOf(code), staffId, enrolmentHours],
  );
  return code;
}

const openEnrolment = "token_hash = $1 AND used_at IS NULL AND expires_at > now()";

/** Whose code it is, if it can still be used. */
export async function staffOfCode(database: Queryable, code: string): Promise<StaffAccount | undefined> {
  const [row] = await database.query<StaffAccount>(
    `SELECT ${columns} FROM staff_account JOIN staff_enrolment USING (staff_id)
     WHERE ${openEnrolment} AND disabled_at IS NULL`,
    [hashOf(code)],
  );
  return row;
}

/** Uses a code up. @returns false when it cannot be used (any more); of many at once one succeeds */
export async function useCode(tx: Queryable, code: string): Promise<boolean> {
  const used = await tx.query(`UPDATE staff_enrolment SET used_at = now() WHERE ${openEnrolment} RETURNING 1`, [
    hashOf(code),
  ]);
  return used.length === 1;
}

function hashOf(code: string): Buffer {
  return createHash("sha256").update(code).digest();
}

/** A caseworker's passkey. */
export interface StaffPasskey extends Pick<NewPasskey, "credentialId" | "publicKey" | "counter" | "transports"> {
  readonly staffId: string;
}

export async function addStaffPasskey(tx: Queryable, staffId: string, passkey: NewPasskey): Promise<boolean> {
  const { credentialId, publicKey, counter, transports } = passkey;
  const added = await tx.query(
    `INSERT INTO staff_passkey (credential_id, staff_id, public_key, sign_count, transports)
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING 1`,
    [Buffer.from(credentialId, "base64url"), staffId, Buffer.from(publicKey), counter, transports],
  );
  return added.length === 1;
}

const passkeyColumns = "credential_id, staff_id, public_key, sign_count, transports";

export async function passkeysOfStaff(database: Queryable, staffId: string): Promise<StaffPasskey[]> {
  const rows = await database.query<Row>(`SELECT ${passkeyColumns} FROM staff_passkey WHERE staff_id = $1`, [staffId]);
  return rows.map(passkeyOf);
}

/** Only passkeys of open accounts; a counter that does not grow is refused (WebAuthn Level 3, 6.1.1). */
export function staffPasskeys(database: Queryable): PasskeySource<StaffPasskey> {
  return {
    find: async (credentialId) => {
      const [row] = await database.query<Row>(
        `SELECT ${passkeyColumns} FROM staff_passkey JOIN staff_account USING (staff_id)
         WHERE credential_id = $1 AND disabled_at IS NULL`,
        [Buffer.from(credentialId, "base64url")],
      );
      return row && passkeyOf(row);
    },
    use: async (credentialId, counter) => {
      const used = await database.query(
        `UPDATE staff_passkey SET sign_count = $2, last_used_at = now()
         WHERE credential_id = $1 AND (sign_count < $2 OR (sign_count = 0 AND $2 = 0)) RETURNING 1`,
        [Buffer.from(credentialId, "base64url"), counter],
      );
      return used.length === 1;
    },
  };
}

interface Row {
  readonly credential_id: Buffer;
  readonly staff_id: string;
  readonly public_key: Buffer;
  readonly sign_count: number;
  readonly transports: string[];
}

function passkeyOf(row: Row): StaffPasskey {
  return {
    credentialId: row.credential_id.toString("base64url"),
    staffId: row.staff_id,
    publicKey: new Uint8Array(row.public_key),
    counter: row.sign_count,
    transports: row.transports,
  };
}
