/** What identity's tables hold about one citizen, for herself: everything but secrets and what stands for them. */
import type { Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";

/*
 * Left out of purpose: whether she is protected from being found. The file must not tell that to whoever makes her
 * show it.
 */

/** By the name that the part has in the file; `$1` is the citizen. */
const statements = {
  profile: `SELECT resident_id, name, name_latin, birth_date, address_district, address_line, address_postal_code,
                   preferred_language, contact_mobile, deceased_on
            FROM citizen WHERE citizen_id = $1::uuid`,
  account: `SELECT mobile, password_hash IS NOT NULL AS has_password, must_change_password, sms_factor, opened_at,
                   proofing, proofed_at, recovered_at
            FROM account WHERE citizen_id = $1::uuid`,
  passkeys: "SELECT name, synced, transports, created_at, last_used_at FROM passkey WHERE citizen_id = $1::uuid",
  authenticatorApps: "SELECT created_at FROM totp WHERE citizen_id = $1::uuid",
  recoveryCodes: "SELECT created_at, used_at FROM recovery_code WHERE citizen_id = $1::uuid",
  recoveries: `SELECT proof, started_at, ready_at, expires_at, ended_at, outcome
               FROM recovery_request WHERE citizen_id = $1::uuid`,
  knownDevices: "SELECT first_seen_at, last_seen_at FROM known_device WHERE citizen_id = $1::uuid",
  sessions: `SELECT to_timestamp((payload ->> 'loginTs')::float8) AS signed_in_at, payload ->> 'acr' AS level,
                    payload -> 'amr' AS methods, network, user_agent, expires_at
             FROM oidc_artefact LEFT JOIN session_origin USING (uid)
             WHERE model = 'Session' AND payload ->> 'accountId' = $1::text AND expires_at > now()`,
  applications: `SELECT payload ->> 'clientId' AS client, payload -> 'openid' AS openid,
                        payload -> 'resources' AS resources, payload -> 'rejected' AS rejected,
                        to_timestamp((payload ->> 'iat')::float8) AS granted_at, expires_at
                 FROM oidc_artefact
                 WHERE model = 'Grant' AND payload ->> 'accountId' = $1::text AND expires_at > now()`,
  consents: "SELECT client_id AS client, scopes, declined, given_at FROM consent WHERE citizen_id = $1::uuid",
  applicationUses: "SELECT client_id AS client, used_on::text FROM application_use WHERE citizen_id = $1::uuid",
  guardianships: `SELECT g.name AS guardian, w.name AS ward, kind, valid_from, valid_until
                  FROM guardianship JOIN citizen g ON g.citizen_id = guardian JOIN citizen w ON w.citizen_id = ward
                  WHERE $1::uuid IN (guardian, ward)`,
  delegations: `SELECT d.kind, g.name AS giver, c.name AS company, d.holder_name AS holder, d.scopes, d.offered_at,
                       d.accepted_at, d.revoked_at, d.valid_until
                FROM delegation d JOIN citizen g ON g.citizen_id = d.giver LEFT JOIN company c USING (company_id)
                WHERE $1::uuid IN (d.giver, d.holder)`,
} as const;

const historyPage = 500;

/** Every part in turn; the history, which alone can be long, page by page. */
export async function* exportedParts(
  database: Queryable,
  citizenId: RawCitizenId,
): AsyncGenerator<{ readonly name: string; readonly rows: AsyncIterable<object[]> }> {
  for (const [name, statement] of Object.entries(statements)) {
    yield { name, rows: once(() => database.query(statement, [citizenId])) };
  }
  yield { name: "history", rows: historyOf(database, citizenId) };
}

async function* once(read: () => Promise<object[]>): AsyncGenerator<object[]> {
  yield await read();
}

async function* historyOf(database: Queryable, citizenId: RawCitizenId): AsyncGenerator<object[]> {
  let last = 0;
  for (;;) {
    const rows = await database.query<{ readonly entry_id: number }>(
      `SELECT entry_id, kind, occurred_at, client_id AS client, network, user_agent, detail
       FROM account_history WHERE citizen_id = $1 AND entry_id > $2 ORDER BY entry_id LIMIT $3`,
      [citizenId, last, historyPage],
    );
    yield rows;
    if (rows.length < historyPage) return;
    last = rows.at(-1)?.entry_id ?? last;
  }
}
