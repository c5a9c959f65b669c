/** Persons, their jobs and their registration as unemployed. */
import type { Queryable } from "../../kit/batch.ts";
import type { Claim } from "../rules/benefit.ts";
import type { JobPeriod } from "../rules/status.ts";

export interface PersonRow {
  readonly citizenId: string;
  readonly retiredOn: string | null;
}

export interface JobRow extends JobPeriod {
  readonly id: string;
  readonly citizenId: string;
  readonly employer: string;
  readonly occupation: string;
}

export interface RegistrationRow extends Claim {
  readonly citizenId: string;
  readonly registeredOn: string;
}

/** Which of these citizens the department knows; at most one row each. */
export async function readPersons(database: Queryable, citizenIds: readonly string[]): Promise<PersonRow[]> {
  return await database.query<PersonRow>(
    `SELECT citizen_id AS "citizenId", retired_on AS "retiredOn" FROM person WHERE citizen_id = ANY($1)`,
    [citizenIds],
  );
}

/** Every job of each of these citizens, newest first. */
export async function readJobs(database: Queryable, citizenIds: readonly string[]): Promise<JobRow[]> {
  return await database.query<JobRow>(
    `SELECT id, citizen_id AS "citizenId", employer, occupation, start_on AS "start", end_on AS "end"
     FROM job WHERE citizen_id = ANY($1) ORDER BY citizen_id, start_on DESC, id DESC`,
    [citizenIds],
  );
}

/** The registration in force of each of these citizens; at most one each. */
export async function readRegistrations(
  database: Queryable,
  citizenIds: readonly string[],
): Promise<RegistrationRow[]> {
  return await database.query<RegistrationRow>(
    `SELECT citizen_id AS "citizenId", registered_on AS "registeredOn", involuntary,
       contribution_months AS "contributionMonths", months_paid AS "monthsPaid"
     FROM unemployment WHERE citizen_id = ANY($1)`,
    [citizenIds],
  );
}
