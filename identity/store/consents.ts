/** What citizens decided about clients that are not the city's own. */
import type { Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";

export interface Consent {
  /** What the client may see. */
  readonly scopes: readonly string[];
  /** What she was asked for and left out. */
  readonly declined: readonly string[];
}

/** What she decided about a client; null when she was never asked, or took it back. */
export async function findConsent(
  database: Queryable,
  citizenId: RawCitizenId,
  clientId: string,
): Promise<Consent | null> {
  const [row] = await database.query<Consent>(
    "SELECT scopes, declined FROM consent WHERE citizen_id = $1 AND client_id = $2",
    [citizenId, clientId],
  );
  return row ?? null;
}

/** That companies of a sector may do by themselves what a scope says, with a citizen's data. */
export interface Allowance {
  readonly citizenId: RawCitizenId;
  readonly sector: string;
  readonly scope: string;
}

/** Those of these that stand: which the citizen has given to some application of the sector, and not taken back. */
export async function findStanding<Asked extends Allowance>(
  database: Queryable,
  asked: readonly Asked[],
): Promise<ReadonlySet<Asked>> {
  const rows = await database.query<{ number: number }>(
    `SELECT number::int - 1 AS number
     FROM unnest($1::uuid[], $2::text[], $3::text[]) WITH ORDINALITY AS asked (citizen_id, sector, scope, number)
     WHERE EXISTS (SELECT FROM consent JOIN oidc_client USING (client_id)
                   WHERE consent.citizen_id = asked.citizen_id AND asked.scope = ANY (consent.scopes)
                     AND metadata ->> 'sector' = asked.sector)`,
    [asked.map(({ citizenId }) => citizenId), asked.map(({ sector }) => sector), asked.map(({ scope }) => scope)],
  );
  const standing = new Set(rows.map(({ number }) => number));
  return new Set(asked.filter((_asked, number) => standing.has(number)));
}

/**
 * Keeps a decision. What was decided before about scopes that were not asked for this time stays; of what was
 * asked now, the new answer counts.
 */
export async function rememberConsent(
  database: Queryable,
  citizenId: RawCitizenId,
  clientId: string,
  { scopes, declined }: Consent,
): Promise<void> {
  await database.query(
    `INSERT INTO consent AS before (citizen_id, client_id, scopes, declined) VALUES ($1, $2, $3, $4)
     ON CONFLICT (citizen_id, client_id) DO UPDATE SET given_at = now(),
       scopes = ARRAY(SELECT unnest(before.scopes) UNION SELECT unnest(excluded.scopes)
                      EXCEPT SELECT unnest(excluded.declined)),
       declined = ARRAY(SELECT unnest(before.declined) UNION SELECT unnest(excluded.declined)
                        EXCEPT SELECT unnest(excluded.scopes))`,
    [citizenId, clientId, scopes, declined],
  );
}

/** Keeps a decision that allows nothing of what was asked for this time; what she decided about the rest stays. */
export async function rememberRefusal(
  database: Queryable,
  citizenId: RawCitizenId,
  clientId: string,
  declined: readonly string[],
): Promise<void> {
  await database.query(
    `WITH nothing_left AS (DELETE FROM consent WHERE citizen_id = $1 AND client_id = $2 AND scopes <@ $3)
     UPDATE consent SET given_at = now(),
       scopes = ARRAY(SELECT unnest(scopes) EXCEPT SELECT unnest($3::text[])),
       declined = ARRAY(SELECT unnest(declined) UNION SELECT unnest($3::text[]))
     WHERE citizen_id = $1 AND client_id = $2 AND NOT scopes <@ $3`,
    [citizenId, clientId, declined],
  );
}

/** Forgets when it was used as well. @returns false when there was nothing to forget */
export async function forgetConsent(database: Queryable, citizenId: RawCitizenId, clientId: string): Promise<boolean> {
  await database.query("DELETE FROM application_use WHERE citizen_id = $1 AND client_id = $2", [citizenId, clientId]);
  const gone = await database.query("DELETE FROM consent WHERE citizen_id = $1 AND client_id = $2 RETURNING 1", [
    citizenId,
    clientId,
  ]);
  return gone.length > 0;
}

/** Takes back every decision of hers. */
export async function forgetAllConsents(database: Queryable, citizenId: RawCitizenId): Promise<void> {
  await database.query("DELETE FROM consent WHERE citizen_id = $1", [citizenId]);
  await database.query("DELETE FROM application_use WHERE citizen_id = $1", [citizenId]);
}
