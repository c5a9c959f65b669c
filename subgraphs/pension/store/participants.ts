/** Participants with the sum of their contributions. */
import type { Queryable } from "../../kit/batch.ts";
import type { Participation } from "../rules/forecast.ts";

export interface ParticipantRow extends Participation {
  readonly citizenId: string;
}

/** The register's word on each of these citizens; at most one row each. */
export async function readParticipants(database: Queryable, citizenIds: readonly string[]): Promise<ParticipantRow[]> {
  return await database.query<ParticipantRow>(
    `SELECT citizen_id AS "citizenId", scheme, birth_month AS "birthMonth", retirement_track AS "retirementTrack",
       contributing, pension_since AS "pensionSince", wage_index::float8 AS "wageIndex",
       account_balance AS "accountBalance",
       carried_months + paid.months AS "contributionMonths", COALESCE(latest.citizen_part, 0) AS "monthlySaving"
     FROM participant
     CROSS JOIN LATERAL (
       SELECT count(*)::int AS months FROM contribution WHERE contribution.citizen_id = participant.citizen_id
     ) AS paid
     LEFT JOIN LATERAL (
       SELECT citizen_part FROM contribution WHERE contribution.citizen_id = participant.citizen_id
       ORDER BY month DESC LIMIT 1
     ) AS latest ON true
     WHERE citizen_id = ANY($1)`,
    [citizenIds],
  );
}
