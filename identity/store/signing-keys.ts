/** The signing keys in PostgreSQL, whose clock decides and under whose lock they change. */
import type { JWK } from "oidc-provider";
import type { Database, Queryable } from "../../platform/postgres.ts";
import { generateSigningKey } from "../keys/generation.ts";
import {
  bySigningOrder,
  dueSteps,
  type KeyRecord,
  type RotationSchedule,
  type RotationStep,
  type SigningAlgorithm,
} from "../keys/rotation.ts";
import { isSealedUnderFirst, type KeyEncryptionKeys, openKey, sealKey } from "../keys/sealing.ts";

/** What it takes to change the keys. */
export interface KeyStores {
  readonly database: Database;
  readonly sealers: KeyEncryptionKeys;
  readonly schedule: RotationSchedule;
}

const times = ["published_at", "signing_at", "due_at", "retiring_at"]
  .map((column) => `extract(epoch FROM ${column})::float8 AS ${column}`)
  .join(", ");

interface Row {
  readonly key_id: string;
  readonly algorithm: SigningAlgorithm;
  readonly state: KeyRecord["state"];
  readonly published_at: number;
  readonly signing_at: number | null;
  readonly due_at: number | null;
  readonly retiring_at: number | null;
}

/** All keys that are not gone; of each algorithm the one that signs comes first. */
export async function listSigningKeys(database: Queryable): Promise<KeyRecord[]> {
  const rows = await database.query<Row>(
    `SELECT key_id, algorithm, state, ${times} FROM signing_key WHERE state <> 'gone' ORDER BY published_at, key_id`,
  );
  return rows.map(recordOf).sort(bySigningOrder);
}

/** The private keys of `records`, in their order. @throws StartRefused when one cannot be opened */
export async function openSigningKeys(
  database: Queryable,
  sealers: KeyEncryptionKeys,
  records: readonly Pick<KeyRecord, "keyId">[],
): Promise<JWK[]> {
  const rows = await database.query<{ key_id: string; sealed: string }>(
    "SELECT key_id, sealed FROM signing_key WHERE sealed IS NOT NULL",
  );
  const sealed = new Map(rows.map((row) => [row.key_id, row.sealed]));
  return await Promise.all(
    records.flatMap(({ keyId }) => {
      const text = sealed.get(keyId);
      return text === undefined ? [] : [openKey(keyId, text, sealers)];
    }),
  );
}

/** Takes every step that is due; safe for replicas that do so together. @returns the steps taken */
export async function advanceSigningKeys(stores: KeyStores): Promise<RotationStep[]> {
  const { database, schedule } = stores;
  const steps = dueSteps(await listSigningKeys(database), await clockOf(database), schedule);
  if (steps.length === 0) return [];
  return await changeKeys(database, (tx) => takeDueSteps(tx, stores));
}

/** Runs `change` while nobody else changes the keys. */
export async function changeKeys<T>(database: Database, change: (tx: Queryable) => Promise<T>): Promise<T> {
  return await database.transaction(async (tx) => {
    await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('huimin-identity-signing-keys', 0))");
    return await change(tx);
  });
}

/** Inside `changeKeys`: takes the steps that are due, and those that they make due. */
export async function takeDueSteps(
  tx: Queryable,
  { sealers, schedule }: Omit<KeyStores, "database">,
): Promise<RotationStep[]> {
  const taken: RotationStep[] = [];
  for (;;) {
    const steps = dueSteps(await listSigningKeys(tx), await clockOf(tx), schedule);
    if (steps.length === 0) return taken;
    for (const step of steps) await takeStep(tx, step, sealers, schedule);
    taken.push(...steps);
  }
}

async function takeStep(
  tx: Queryable,
  step: RotationStep,
  sealers: KeyEncryptionKeys,
  { period }: RotationSchedule,
): Promise<void> {
  if (step.kind === "publish") return await publishKey(tx, step.algorithm, sealers);
  if (step.kind === "remove") return await withdrawKey(tx, step.keyId, false);
  await tx.query(
    `UPDATE signing_key SET retiring_at = clock_timestamp()
     WHERE state = 'signing' AND algorithm = (SELECT algorithm FROM signing_key WHERE key_id = $1)`,
    [step.keyId],
  );
  await tx.query(
    `UPDATE signing_key SET signing_at = clock_timestamp(), due_at = clock_timestamp() + make_interval(secs => $2)
     WHERE key_id = $1`,
    [step.keyId, period],
  );
}

async function publishKey(tx: Queryable, algorithm: SigningAlgorithm, sealers: KeyEncryptionKeys): Promise<void> {
  const { keyId, jwk } = await generateSigningKey(algorithm);
  await tx.query("INSERT INTO signing_key (key_id, algorithm, sealed) VALUES ($1, $2, $3)", [
    keyId,
    algorithm,
    await sealKey(keyId, jwk, sealers),
  ]);
}

/** Inside `changeKeys`: the key is published no more, and nothing is left of its private half. */
export async function withdrawKey(tx: Queryable, keyId: string, compromised: boolean): Promise<void> {
  await tx.query(
    "UPDATE signing_key SET gone_at = clock_timestamp(), sealed = NULL, jwk = NULL, compromised = $2 WHERE key_id = $1",
    [keyId, compromised],
  );
}

/** Inside `changeKeys`: the keys that sign are due now. */
export async function bringRotationForward(tx: Queryable): Promise<void> {
  await tx.query("UPDATE signing_key SET due_at = clock_timestamp() WHERE state = 'signing'");
}

/** Seals what an earlier version left plain. @returns how many that were */
export async function sealPlainKeys(database: Database, sealers: KeyEncryptionKeys): Promise<number> {
  const sealed = await changeKeys(database, async (tx) => {
    const plain = await tx.query<{ key_id: string; jwk: JWK }>(
      "SELECT key_id, jwk FROM signing_key WHERE jwk IS NOT NULL",
    );
    for (const { key_id, jwk } of plain) {
      const text = await sealKey(key_id, jwk, sealers);
      await tx.query("UPDATE signing_key SET sealed = $2, jwk = NULL WHERE key_id = $1", [key_id, text]);
    }
    return plain.length;
  });
  // Else the plain rows stay in the table's file until somebody tidies up.
  if (sealed > 0) await database.query("VACUUM FULL signing_key");
  return sealed;
}

/** Inside `changeKeys`: seals again, under the first key-encryption key, what lies under another. @returns key IDs */
export async function resealKeys(tx: Queryable, sealers: KeyEncryptionKeys): Promise<string[]> {
  const rows = await tx.query<{ key_id: string; sealed: string }>(
    "SELECT key_id, sealed FROM signing_key WHERE sealed IS NOT NULL ORDER BY key_id",
  );
  const stale = rows.filter(({ sealed }) => !isSealedUnderFirst(sealed, sealers));
  for (const { key_id, sealed } of stale) {
    const text = await sealKey(key_id, await openKey(key_id, sealed, sealers), sealers);
    await tx.query("UPDATE signing_key SET sealed = $2 WHERE key_id = $1", [key_id, text]);
  }
  return stale.map(({ key_id }) => key_id);
}

/** Seconds since the epoch by the database's clock, which all replicas share. */
export async function clockOf(database: Queryable): Promise<number> {
  const [row] = await database.query<{ now: number }>("SELECT extract(epoch FROM clock_timestamp())::float8 AS now");
  if (!row) throw new Error("the database does not say what time it is");
  return row.now;
}

function recordOf(row: Row): KeyRecord {
  return {
    keyId: row.key_id,
    algorithm: row.algorithm,
    state: row.state,
    publishedAt: row.published_at,
    signingAt: row.signing_at,
    dueAt: row.due_at,
    retiringAt: row.retiring_at,
  };
}
