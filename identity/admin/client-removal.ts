/** The end of a client: what citizens let it have must not wait for whoever is registered under its ID next. */
import type { Queryable } from "../../platform/postgres.ts";

/** Takes every grant and consent from a client; gateways hear of the grants. Its codes die with its registration. */
export async function takeEverythingFrom(tx: Queryable, clientId: string): Promise<void> {
  await tx.query(
    `INSERT INTO security_event (account_id, kind, payload)
     SELECT (payload ->> 'accountId')::uuid, 'grant-revoked',
            jsonb_build_object('grantId', grant_id, 'clientId', $1::text, 'initiator', 'admin')
     FROM oidc_artefact WHERE model = 'Grant' AND payload ->> 'clientId' = $1 AND grant_id IS NOT NULL`,
    [clientId],
  );
  await tx.query(
    `DELETE FROM oidc_artefact WHERE grant_id IN
       (SELECT grant_id FROM oidc_artefact WHERE model = 'Grant' AND payload ->> 'clientId' = $1)`,
    [clientId],
  );
  await tx.query("DELETE FROM consent WHERE client_id = $1", [clientId]);
  await tx.query("DELETE FROM application_use WHERE client_id = $1", [clientId]);
}
