/** On which day each application was last given a token for a citizen. */
import type { Queryable } from "../../platform/postgres.ts";

/** Notes a use of today; nothing is written when there was one today already, or for who is no citizen. */
export async function noteUse(database: Queryable, accountId: string, clientId: string): Promise<void> {
  await database.query(
    `INSERT INTO application_use (citizen_id, client_id, used_on)
     SELECT citizen_id, $2, today
     FROM account, (SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date AS today) AS city
     WHERE citizen_id = $1::uuid AND NOT EXISTS
       (SELECT 1 FROM application_use u WHERE u.citizen_id = $1::uuid AND u.client_id = $2 AND used_on >= today)
     ON CONFLICT (citizen_id, client_id) DO UPDATE SET used_on = excluded.used_on`,
    [accountId, clientId],
  );
}
