/** Recoveries of accounts: one at a time, stopped or completed once. */
import type { Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";

/** What it rests on: a printed code beside the mobile, the mobile and time, or an officer who saw her. */
export type RecoveryProof = "code" | "mobile" | "counter";

/** A recovery that is under way. */
export interface RecoveryRequest {
  readonly recoveryId: string;
  readonly citizenId: RawCitizenId;
  readonly proof: RecoveryProof;
  readonly startedAt: Date;
  readonly readyAt: Date;
}

interface Row {
  readonly recovery_id: string;
  readonly citizen_id: string;
  readonly proof: RecoveryProof;
  readonly started_at: Date;
  readonly ready_at: Date;
}

/** What starts a recovery. Times are seconds from now. */
export interface NewRecovery {
  readonly citizenId: RawCitizenId;
  readonly proof: RecoveryProof;
  readonly delaySeconds: number;
  readonly lifeSeconds: number;
  /** SHA-256 of what the notice's link carries. */
  readonly cancelHash: Uint8Array;
  /** Of one at the counter: SHA-256 of its code, and the staff account of the officer. */
  readonly counter?: { readonly codeHash: Uint8Array; readonly officerId: string };
}

const columns = "recovery_id, citizen_id, proof, started_at, ready_at";
const isOpen = "ended_at IS NULL AND expires_at > now()";

/** The recovery of an account that is under way. */
export async function findOpenRecovery(
  database: Queryable,
  citizenId: RawCitizenId,
): Promise<RecoveryRequest | undefined> {
  const [row] = await database.query<Row>(
    `SELECT ${columns} FROM recovery_request WHERE citizen_id = $1 AND ${isOpen}`,
    [citizenId],
  );
  return row && requestOf(row);
}

/** The recovery that an officer opened for the citizen of this number, found by the code that she was handed. */
export async function findRecoveryByCode(
  database: Queryable,
  residentId: string,
  codeHash: Uint8Array,
): Promise<RecoveryRequest | undefined> {
  const [row] = await database.query<Row>(
    `SELECT recovery_request.* FROM recovery_request JOIN citizen USING (citizen_id)
     WHERE code_hash = $1 AND resident_id = $2 AND ${isOpen}`,
    [Buffer.from(codeHash), residentId],
  );
  return row && requestOf(row);
}

/** Days during which a stopped recovery is not followed by another one on the word of the mobile alone. */
const restDays = 7;

/** Whether a recovery was stopped by its citizen so lately that the mobile alone starts no other. */
export async function wasStoppedLately(database: Queryable, citizenId: RawCitizenId): Promise<boolean> {
  const found = await database.query(
    `SELECT 1 FROM recovery_request
     WHERE citizen_id = $1 AND outcome = 'cancelled' AND ended_at > now() - make_interval(days => $2) LIMIT 1`,
    [citizenId, restDays],
  );
  return found.length > 0;
}

/** Starts a recovery in the place of one that was under way. Of parallel starts one succeeds. */
export async function startRecovery(tx: Queryable, recovery: NewRecovery): Promise<RecoveryRequest | undefined> {
  const { citizenId, proof, delaySeconds, lifeSeconds, cancelHash, counter } = recovery;
  await tx.query(
    "UPDATE recovery_request SET ended_at = now(), outcome = 'replaced' WHERE citizen_id = $1 AND ended_at IS NULL",
    [citizenId],
  );
  const [row] = await tx.query<Row>(
    `INSERT INTO recovery_request (citizen_id, proof, ready_at, expires_at, cancel_hash, code_hash, opened_by)
     VALUES ($1, $2, now() + make_interval(secs => $3), now() + make_interval(secs => $4), $5, $6, $7)
     ON CONFLICT DO NOTHING RETURNING ${columns}`,
    [
      citizenId,
      proof,
      delaySeconds,
      delaySeconds + lifeSeconds,
      Buffer.from(cancelHash),
      counter ? Buffer.from(counter.codeHash) : null,
      counter?.officerId ?? null,
    ],
  );
  return row && requestOf(row);
}

/** Completes a recovery whose time has come. @returns false when it has been stopped, completed or is not ready */
export async function completeRecovery(tx: Queryable, { recoveryId }: RecoveryRequest): Promise<boolean> {
  const done = await tx.query(
    `UPDATE recovery_request SET ended_at = now(), outcome = 'completed'
     WHERE recovery_id = $1 AND ready_at <= now() AND ${isOpen} RETURNING 1`,
    [recoveryId],
  );
  return done.length === 1;
}

/** Stops whatever recovery of the account is under way. @returns whether there was one */
export async function cancelRecovery(tx: Queryable, citizenId: RawCitizenId): Promise<boolean> {
  const stopped = await tx.query(
    `UPDATE recovery_request SET ended_at = now(), outcome = 'cancelled'
     WHERE citizen_id = $1 AND ended_at IS NULL RETURNING 1`,
    [citizenId],
  );
  return stopped.length === 1;
}

/** Stops the recovery of a notice's link. @returns whose it was; undefined when the link is good for nothing any more */
export async function cancelRecoveryByLink(tx: Queryable, cancelHash: Uint8Array): Promise<RawCitizenId | undefined> {
  const [row] = await tx.query<{ citizen_id: string }>(
    `UPDATE recovery_request SET ended_at = now(), outcome = 'cancelled'
     WHERE cancel_hash = $1 AND ended_at IS NULL RETURNING citizen_id`,
    [Buffer.from(cancelHash)],
  );
  return row?.citizen_id;
}

/**
 * Lifts what a recovery by the mobile alone left behind, once a factor from before it has been used.
 *
 * @param since when the account got the factor
 * @returns whether there was anything to lift
 */
export async function liftRecovery(database: Queryable, citizenId: RawCitizenId, since: Date): Promise<boolean> {
  const lifted = await database.query(
    "UPDATE account SET recovered_at = NULL WHERE citizen_id = $1 AND recovered_at > $2 RETURNING 1",
    [citizenId, since.toISOString()],
  );
  return lifted.length === 1;
}

function requestOf(row: Row): RecoveryRequest {
  return {
    recoveryId: row.recovery_id,
    citizenId: row.citizen_id,
    proof: row.proof,
    startedAt: row.started_at,
    readyAt: row.ready_at,
  };
}
