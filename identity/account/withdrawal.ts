/** What a citizen no longer allows a client ends in her other sessions too (PIPL art. 15). */
import type { RawCitizenId } from "../../trust/pseudonym.ts";
import { type EndingParts, revokeGrant } from "./endings.ts";

export interface Withdrawal {
  readonly citizenId: RawCitizenId;
  readonly clientId: string;
  /** Scopes that the client may have no more. */
  readonly scopes: readonly string[];
  /** The grant on which her answer stands already. */
  readonly answered: string;
}

/**
 * Ends her other grants to the client that hold any of the scopes; the client gets new ones, without them, when she
 * next comes. What she does for somebody else is not touched.
 */
export async function withdrawScopes(parts: EndingParts, withdrawal: Withdrawal): Promise<void> {
  const { citizenId, clientId, scopes, answered } = withdrawal;
  if (scopes.length === 0) return;
  const grants = await parts.tx.query<{ grant_id: string }>(
    `SELECT grant_id FROM oidc_artefact
     WHERE model = 'Grant' AND payload ->> 'accountId' = $1 AND payload ->> 'clientId' = $2 AND grant_id <> $3
       AND coalesce(payload -> 'actingFor', 'null') = 'null'
       AND EXISTS (SELECT 1 FROM jsonb_each_text(coalesce(payload -> 'resources', '{}')) AS granted
                   WHERE string_to_array(granted.value, ' ') && $4::text[])
     ORDER BY grant_id`,
    [citizenId, clientId, answered, scopes],
  );
  for (const { grant_id: grantId } of grants) await revokeGrant(parts, grantId, { initiator: "user", history: null });
}
