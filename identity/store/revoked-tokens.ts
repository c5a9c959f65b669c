/** Access tokens that were given back before their time (RFC 7009). */
import type { Queryable } from "../../platform/postgres.ts";

/**
 * Marks a token as given back.
 *
 * @param tokenId its `jti`
 * @param expiresAt its `exp`, in seconds since the epoch
 * @returns whether it was not marked before
 */
export async function markRevoked(database: Queryable, tokenId: string, expiresAt: number): Promise<boolean> {
  const marked = await database.query(
    `INSERT INTO revoked_token (token_id, expires_at) VALUES ($1, to_timestamp($2))
     ON CONFLICT (token_id) DO NOTHING RETURNING 1`,
    [tokenId, expiresAt],
  );
  return marked.length > 0;
}

/** Whether any of these tokens was given back. */
export async function isAnyRevoked(database: Queryable, tokenIds: readonly string[]): Promise<boolean> {
  const found = await database.query("SELECT 1 FROM revoked_token WHERE token_id = ANY($1::text[]) LIMIT 1", [
    tokenIds,
  ]);
  return found.length > 0;
}

/** Forgets the marks of tokens that have ended by themselves, with some time to spare for clocks that differ. */
export async function sweepRevokedTokens(database: Queryable): Promise<void> {
  await database.query("DELETE FROM revoked_token WHERE expires_at < now() - interval '5 minutes'");
}
