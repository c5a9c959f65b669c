/** Which factors an account has; and TOTP secrets and printed codes, each used at most once. */
import type { Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";

/** What an account can prove itself with beside its password. */
export interface Factors {
  readonly passkeys: number;
  readonly totp: boolean;
  /** Printed codes that are left. */
  readonly recoveryCodes: number;
}

export async function readFactors(database: Queryable, citizenId: RawCitizenId): Promise<Factors> {
  const [row] = await database.query<{ passkeys: number; totp: boolean; codes: number }>(
    `SELECT (SELECT count(*) FROM passkey WHERE citizen_id = $1) AS passkeys,
            EXISTS (SELECT FROM totp WHERE citizen_id = $1) AS totp,
            (SELECT count(*) FROM recovery_code WHERE citizen_id = $1 AND used_at IS NULL) AS codes`,
    [citizenId],
  );
  return { passkeys: row?.passkeys ?? 0, totp: row?.totp ?? false, recoveryCodes: row?.codes ?? 0 };
}

/** The authenticator app of an account. */
export interface SealedTotp {
  readonly sealedSecret: Uint8Array;
  readonly createdAt: Date;
}

export async function findTotp(database: Queryable, citizenId: RawCitizenId): Promise<SealedTotp | undefined> {
  const [row] = await database.query<{ sealed_secret: Buffer; created_at: Date }>(
    "SELECT sealed_secret, created_at FROM totp WHERE citizen_id = $1",
    [citizenId],
  );
  return row && { sealedSecret: row.sealed_secret, createdAt: row.created_at };
}

/** Takes an authenticator app in. @param step the time step of the code that proved it */
export async function saveTotp(
  tx: Queryable,
  citizenId: RawCitizenId,
  sealed: Uint8Array,
  step: number,
): Promise<void> {
  await tx.query(
    `INSERT INTO totp (citizen_id, sealed_secret, last_step) VALUES ($1, $2, $3)
     ON CONFLICT (citizen_id) DO UPDATE SET sealed_secret = excluded.sealed_secret, last_step = excluded.last_step,
                                            created_at = now()`,
    [citizenId, Buffer.from(sealed), step],
  );
}

/** Uses up a time step and all before it. @returns false when that was done before (RFC 6238, 5.2) */
export async function useTotpStep(database: Queryable, citizenId: RawCitizenId, step: number): Promise<boolean> {
  const used = await database.query(
    "UPDATE totp SET last_step = $2 WHERE citizen_id = $1 AND last_step < $2 RETURNING 1",
    [citizenId, step],
  );
  return used.length === 1;
}

/** @returns whether there was one */
export async function removeTotp(tx: Queryable, citizenId: RawCitizenId): Promise<boolean> {
  return (await tx.query("DELETE FROM totp WHERE citizen_id = $1 RETURNING 1", [citizenId])).length === 1;
}

/** Puts new printed codes in the place of all earlier ones. */
export async function replaceRecoveryCodes(
  tx: Queryable,
  citizenId: RawCitizenId,
  hashes: readonly Uint8Array[],
): Promise<void> {
  await tx.query("DELETE FROM recovery_code WHERE citizen_id = $1", [citizenId]);
  await tx.query("INSERT INTO recovery_code (citizen_id, code_hash) SELECT $1, unnest($2::bytea[])", [
    citizenId,
    hashes.map((hash) => Buffer.from(hash)),
  ]);
}

/** Uses a printed code up. @returns when it was made; undefined when there is none, or it was used before */
export async function useRecoveryCode(
  database: Queryable,
  citizenId: RawCitizenId,
  hash: Uint8Array,
): Promise<Date | undefined> {
  const [used] = await database.query<{ created_at: Date }>(
    `UPDATE recovery_code SET used_at = now()
     WHERE citizen_id = $1 AND code_hash = $2 AND used_at IS NULL RETURNING created_at`,
    [citizenId, Buffer.from(hash)],
  );
  return used?.created_at;
}
