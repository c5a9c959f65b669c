/** Insurance cover by citizen. */
import type { Queryable } from "../../kit/batch.ts";
import type { InsuranceScheme } from "../resolvers.generated.ts";

export interface CoverageRow {
  readonly citizenId: string;
  readonly scheme: InsuranceScheme;
  readonly start: string;
  readonly end: string | null;
  /** Fen; null in the residents' scheme. */
  readonly balance: number | null;
}

/** The cover of each of these citizens; at most one each. */
export async function readCoverage(database: Queryable, citizenIds: readonly string[]): Promise<CoverageRow[]> {
  return await database.query<CoverageRow>(
    `SELECT citizen_id AS "citizenId", scheme, start_on AS "start", end_on AS "end", account_balance AS balance
     FROM coverage WHERE citizen_id = ANY($1)`,
    [citizenIds],
  );
}
