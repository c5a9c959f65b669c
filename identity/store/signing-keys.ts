/**
 * The keys with which identity signs tokens: made at the first start, kept in PostgreSQL. The key of the
 * highest rank signs; the others are published so that what they signed still verifies.
 *
 * To rotate: `addSigningKey`, wait until every replica and every verifier has fetched the key set (five
 * minutes), then `promoteSigningKey`. Replicas notice both within a minute.
 */
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import type { JWK } from "oidc-provider";
import type { Database, Queryable } from "../../platform/postgres.ts";

/** All keys, the signing one first; the first key is made when there is none. Safe for replicas that start together. */
export async function ensureSigningKeys(database: Database): Promise<JWK[]> {
  return await database.transaction(async (tx) => {
    await lockKeys(tx);
    const keys = await readSigningKeys(tx);
    if (keys.length > 0) return keys;
    await insertKey(tx);
    return await readSigningKeys(tx);
  });
}

/** All keys, the signing one first. */
export async function readSigningKeys(database: Queryable): Promise<JWK[]> {
  const rows = await database.query<{ jwk: JWK }>("SELECT jwk FROM signing_key ORDER BY rank DESC");
  return rows.map(({ jwk }) => jwk);
}

/** Adds a key behind all others: published, not yet used. @returns its key ID */
export async function addSigningKey(database: Database): Promise<string> {
  return await database.transaction(async (tx) => {
    await lockKeys(tx);
    return await insertKey(tx);
  });
}

/** Puts a key in front of all others: from now on it signs. @throws Error when there is no such key */
export async function promoteSigningKey(database: Database, keyId: string): Promise<void> {
  const promoted = await database.transaction(async (tx) => {
    await lockKeys(tx);
    return await tx.query(
      "UPDATE signing_key SET rank = (SELECT max(rank) + 1 FROM signing_key) WHERE key_id = $1 RETURNING 1",
      [keyId],
    );
  });
  if (promoted.length === 0) throw new Error(`there is no signing key ${keyId}`);
}

async function lockKeys(tx: Queryable): Promise<void> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('huimin-identity-signing-keys', 0))");
}

async function insertKey(tx: Queryable): Promise<string> {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk = await exportJWK(privateKey);
  const keyId = await calculateJwkThumbprint(jwk);
  await tx.query(
    `INSERT INTO signing_key (key_id, rank, jwk)
     VALUES ($1, (SELECT coalesce(min(rank), 1) - 1 FROM signing_key), $2)`,
    [keyId, JSON.stringify({ ...jwk, kid: keyId, alg: "ES256", use: "sig" })],
  );
  return keyId;
}
