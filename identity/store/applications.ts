/** What client applications may see of a citizen: their live grants, and the consents that outlive sessions. */
import type { Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";

export interface CitizenApplication {
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** What she was asked for and left out. */
  readonly declined: readonly string[];
  readonly since: Date;
  /** The day on which it last was given a token or her consent, as YYYY-MM-DD by the city's calendar. */
  readonly lastUsedOn: string;
  /** Whether it holds a grant now; without one it has to send her to sign in first. */
  readonly isLive: boolean;
}

interface Row {
  readonly client_id: string;
  readonly granted: string[] | null;
  readonly consented: string[] | null;
  readonly declined: string[] | null;
  readonly since: Date;
  readonly last_used_on: string;
}

/** Every application that has access, the one that got it last in front. */
export async function readApplications(database: Queryable, citizenId: RawCitizenId): Promise<CitizenApplication[]> {
  const rows = await database.query<Row>(
    `WITH live AS (
       SELECT payload ->> 'clientId' AS client_id, to_timestamp((payload ->> 'iat')::float8) AS since, seen.scope
       FROM oidc_artefact
       LEFT JOIN LATERAL jsonb_each_text(coalesce(payload -> 'resources', '{}')
                || jsonb_build_object('', payload #>> '{openid,scope}')) AS granted (resource, scopes) ON true
       -- The provider keeps what was asked for, and beside it what of that she refused.
       LEFT JOIN LATERAL (
         SELECT unnest(string_to_array(granted.scopes, ' ')) EXCEPT
         SELECT unnest(string_to_array(CASE granted.resource
                  WHEN '' THEN payload #>> '{rejected,openid,scope}'
                  ELSE payload #>> ARRAY['rejected', 'resources', granted.resource] END, ' '))) AS seen (scope) ON true
       WHERE model = 'Grant' AND payload ->> 'accountId' = $1 AND expires_at > now()),
     held AS (
       SELECT client_id, min(since) AS since, max(since) AS latest, array_remove(array_agg(scope), NULL) AS granted
       FROM live GROUP BY client_id)
     SELECT client_id, granted, scopes AS consented, declined, least(given_at, since) AS since,
            greatest(used_on, (greatest(given_at, latest) AT TIME ZONE 'Asia/Shanghai')::date)::text AS last_used_on
     FROM held FULL JOIN (SELECT * FROM consent WHERE citizen_id = $1::uuid) AS given USING (client_id)
     LEFT JOIN (SELECT client_id, used_on FROM application_use WHERE citizen_id = $1::uuid) AS used USING (client_id)
     ORDER BY since DESC`,
    [citizenId],
  );
  return rows.map(({ client_id: clientId, granted, consented, declined, since, last_used_on }) => ({
    clientId,
    scopes: [...new Set([...(granted ?? []), ...(consented ?? [])])].sort(),
    declined: declined ?? [],
    since,
    lastUsedOn: last_used_on,
    isLive: granted !== null,
  }));
}
