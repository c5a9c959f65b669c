/** How long the history of an open account is kept; that of a closed one goes with it (`store/accounts.ts`). */
import type { Database } from "../../platform/postgres.ts";

/** In years; the page of the history says so. */
export const historyYears = 5;

const batch = 1_000;

/**
 * Removes entries that are older, a batch at a time. The oldest have the lowest numbers, so that no index on the time is
 * needed.
 */
export async function sweepHistory(database: Database): Promise<void> {
  let swept: object[];
  do {
    swept = await database.query(
      `DELETE FROM account_history WHERE entry_id IN
         (SELECT entry_id FROM
            (SELECT entry_id, occurred_at FROM account_history ORDER BY entry_id LIMIT $1) AS oldest
          WHERE occurred_at < now() - make_interval(years => $2))
       RETURNING 1`,
      [batch, historyYears],
    );
  } while (swept.length === batch);
}
