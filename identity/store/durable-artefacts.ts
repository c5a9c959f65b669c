/** Sessions, grants and refresh tokens in PostgreSQL. */
import type { Adapter, AdapterPayload } from "oidc-provider";
import type { Database, Queryable } from "../../platform/postgres.ts";
import { alreadyConsumed, idHash } from "./artefact.ts";
import { type ArtefactRow, isReadAhead, type ReadAhead, readNothingAhead } from "./read-ahead.ts";

const columns = "payload, floor(extract(epoch FROM consumed_at))::float8 AS consumed";

/**
 * A request that was under way when its session ended may have written it once more. A grant that was taken back is
 * left empty for a while (`emptyGrant`), and nothing is written over it.
 */
const notEnded =
  "payload <> '{}' AND NOT EXISTS (SELECT 1 FROM ended_session WHERE ended_session.uid = oidc_artefact.uid)";

/** oidc-provider's adapter for one kind of artefact. `consume` succeeds for one caller only. */
export function durableArtefacts(model: string, database: Database, ahead: ReadAhead = readNothingAhead): Adapter {
  const take = async (name: string, read: () => Promise<ArtefactRow | undefined>) =>
    isReadAhead(model) ? await ahead.take(model, name, read) : await read();
  return {
    upsert: async (id, payload, expiresIn) => {
      const { jti: _secret, ...rest } = payload;
      await database.query(
        `INSERT INTO oidc_artefact (model, id_hash, payload, grant_id, uid, expires_at)
         VALUES ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))
         ON CONFLICT (model, id_hash)
         DO UPDATE SET payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid,
                       expires_at = excluded.expires_at
         WHERE oidc_artefact.payload <> '{}'`,
        [model, idHash(id), JSON.stringify(rest), grantOf(model, id, payload), payload.uid ?? null, expiresIn ?? null],
      );
    },
    find: async (id) => {
      const row = await take(id, async () => {
        const [found] = await database.query<ArtefactRow>(
          `SELECT ${columns} FROM oidc_artefact WHERE model = $1 AND id_hash = $2 AND ${notEnded}`,
          [model, idHash(id)],
        );
        return found;
      });
      return row && { ...payloadOf(row), jti: id };
    },
    findByUid: async (uid) => {
      const row = await take(uid, async () => {
        const [found] = await database.query<ArtefactRow>(
          `SELECT ${columns} FROM oidc_artefact WHERE model = $1 AND uid = $2 AND ${notEnded}
           ORDER BY expires_at DESC LIMIT 1`,
          [model, uid],
        );
        return found;
      });
      return row && payloadOf(row);
    },
    findByUserCode: async () => undefined,
    consume: async (id) => {
      const won = await database.query(
        `UPDATE oidc_artefact SET consumed_at = now()
         WHERE model = $1 AND id_hash = $2 AND consumed_at IS NULL RETURNING 1`,
        [model, idHash(id)],
      );
      if (won.length === 0) throw alreadyConsumed(model);
    },
    destroy: async (id) => {
      // A session goes with every row that it has under other identifiers.
      await database.query(
        `DELETE FROM oidc_artefact WHERE model = $1 AND (id_hash = $2 OR uid =
           (SELECT uid FROM oidc_artefact WHERE model = $1 AND id_hash = $2))`,
        [model, idHash(id)],
      );
    },
    revokeByGrantId: async (grantId) => {
      // The lock of the grant comes first, as where a grant ends as a whole: the provider does both at once.
      await database.query(
        `WITH the_grant AS MATERIALIZED
           (SELECT 1 FROM oidc_artefact WHERE model = 'Grant' AND id_hash = $3 FOR UPDATE)
         DELETE FROM oidc_artefact WHERE model = $1 AND grant_id = $2 AND (SELECT count(*) FROM the_grant) >= 0`,
        [model, grantId, idHash(grantId)],
      );
    },
  };
}

/** Longer than any request that may write a grant once more. */
const emptyFor = "1 hour";

/** Leaves of a grant that was taken back only that there was one: who read it before cannot bring it back by saving it. */
export async function emptyGrant(tx: Queryable, grantId: string): Promise<void> {
  await tx.query(
    `UPDATE oidc_artefact SET payload = '{}', grant_id = NULL, expires_at = now() + interval '${emptyFor}'
     WHERE model = 'Grant' AND id_hash = $1`,
    [idHash(grantId)],
  );
}

/** The grant that an artefact belongs to; a grant belongs to itself. Its ID opens nothing. */
function grantOf(model: string, id: string, { grantId }: AdapterPayload): string | null {
  return model === "Grant" ? id : (grantId ?? null);
}

function payloadOf({ payload, consumed }: ArtefactRow): AdapterPayload {
  return consumed === null ? payload : { ...payload, consumed };
}

const sweepBatch = 1_000;

/** Removes what has expired, a batch at a time, so that no statement holds many rows for long. */
export async function sweepExpiredArtefacts(database: Database): Promise<void> {
  let swept: object[];
  do {
    swept = await database.query(
      `DELETE FROM oidc_artefact WHERE (model, id_hash) IN
         (SELECT model, id_hash FROM oidc_artefact WHERE expires_at < now() - interval '1 minute'
          LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING 1`,
      [sweepBatch],
    );
  } while (swept.length === sweepBatch);
}
