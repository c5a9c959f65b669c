/** Failed sign-ins in a history: enough to see that somebody tries, and never a flood. */
import { networkOf } from "../../platform/network.ts";
import type { Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";
import type { RequestOrigin } from "./history.ts";

/** Most entries that an account gets in an hour. */
const mostAnHour = 10;

export async function recordFailedSignIn(
  database: Queryable,
  citizenId: RawCitizenId,
  { address, userAgent }: RequestOrigin,
): Promise<void> {
  await database.query(
    `INSERT INTO account_history (citizen_id, kind, network, user_agent)
     SELECT $1, 'sign-in-failed', $2, left($3, 300)
     WHERE (SELECT count(*) FROM account_history WHERE citizen_id = $1 AND kind = 'sign-in-failed'
              AND occurred_at > now() - interval '1 hour') < $4`,
    [citizenId, networkOf(address), userAgent ?? null, mostAnHour],
  );
}
