/** Where a person stands on the labour market. */
import type { EmploymentStatus } from "../resolvers.generated.ts";

/** The days of a job, `YYYY-MM-DD`. */
export interface JobPeriod {
  readonly start: string;
  /** Last day of work; null while it goes on. */
  readonly end: string | null;
}

/** What the register says of a person. */
export interface Standing {
  /** First day of an old-age pension; null before. */
  readonly retiredOn: string | null;
  readonly jobs: readonly JobPeriod[];
  /** Day of the registration as unemployed; null without one. */
  readonly registeredOn: string | null;
}

/** Whether a job goes on on a day. */
export function isPresent({ start, end }: JobPeriod, day: string): boolean {
  return start <= day && (end === null || day <= end);
}

/** Whether a job has ended before a day. */
export function hasEnded({ end }: JobPeriod, day: string): boolean {
  return end !== null && end < day;
}

/**
 * The status on `today`. A pension ends the labour contract by law (Labour Contract Law of the PRC, art. 44),
 * so it counts before a job; a job ends a registration (Social Insurance Law, art. 51), so it counts before one.
 */
export function employmentStatus({ retiredOn, jobs, registeredOn }: Standing, today: string): EmploymentStatus {
  if (retiredOn !== null && retiredOn <= today) return "RETIRED";
  if (jobs.some((job) => isPresent(job, today))) return "EMPLOYED";
  if (registeredOn !== null && registeredOn <= today) return "UNEMPLOYED";
  return "NOT_IN_LABOUR_FORCE";
}
