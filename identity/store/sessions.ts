/** The sessions of a citizen: the provider's artefacts, and where each began. */
import { networkOf } from "../../platform/network.ts";
import type { Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";
import { longestUserAgent, type RequestOrigin } from "../history/history.ts";

/** A live session. */
export interface CitizenSession {
  readonly uid: string;
  /** When she last proved in it who she is. */
  readonly signedInAt: Date;
  /** Absent for a session from before origins were kept. */
  readonly network: string | null;
  readonly userAgent: string | null;
  /** Clients that she has been signed in to through it. */
  readonly clientIds: readonly string[];
}

interface Row {
  readonly uid: string;
  readonly signed_in: number | null;
  readonly clients: string[] | null;
  readonly network: string | null;
  readonly user_agent: string | null;
}

/** The sessions of a citizen that have not ended, the latest first. */
export async function readSessions(database: Queryable, citizenId: RawCitizenId): Promise<CitizenSession[]> {
  const rows = await database.query<Row>(
    `SELECT uid, max((payload ->> 'loginTs')::float8) AS signed_in, max(network) AS network,
            max(user_agent) AS user_agent, array_agg(DISTINCT client) FILTER (WHERE client IS NOT NULL) AS clients
     FROM oidc_artefact
     LEFT JOIN session_origin USING (uid)
     LEFT JOIN LATERAL jsonb_object_keys(coalesce(payload -> 'authorizations', '{}')) AS client ON true
     WHERE model = 'Session' AND payload ->> 'accountId' = $1 AND expires_at > now()
       AND NOT EXISTS (SELECT FROM ended_session WHERE ended_session.uid = oidc_artefact.uid)
     GROUP BY uid ORDER BY signed_in DESC`,
    [citizenId],
  );
  return rows.map(({ uid, signed_in: signedIn, network, user_agent: userAgent, clients }) => ({
    uid,
    signedInAt: new Date((signedIn ?? 0) * 1000),
    network,
    userAgent,
    clientIds: clients ?? [],
  }));
}

export interface SessionOrigin {
  readonly uid: string;
  readonly citizenId: RawCitizenId;
  readonly origin: RequestOrigin;
}

/** Keeps where a session began; who signs in again in it begins it anew. */
export async function recordSessionOrigin(
  database: Queryable,
  { uid, citizenId, origin }: SessionOrigin,
): Promise<void> {
  // A caseworker has sessions too, but no account page.
  await database.query(
    `INSERT INTO session_origin (uid, citizen_id, network, user_agent)
     SELECT $1, citizen_id, $3, $4 FROM account WHERE citizen_id = $2
     ON CONFLICT (uid) DO UPDATE SET started_at = now(), network = excluded.network, user_agent = excluded.user_agent,
                                     citizen_id = excluded.citizen_id`,
    [uid, citizenId, networkOf(origin.address), origin.userAgent?.slice(0, longestUserAgent) ?? null],
  );
}

/** Forgets the origins of sessions that are over. */
export async function sweepSessionOrigins(database: Queryable): Promise<void> {
  await database.query(
    `DELETE FROM session_origin WHERE started_at < now() - interval '1 day' AND NOT EXISTS
       (SELECT 1 FROM oidc_artefact WHERE model = 'Session' AND oidc_artefact.uid = session_origin.uid)`,
  );
}
