/** Basic medical insurance (Social Insurance Law of the PRC, ch. 3). */
import type { CoverageStatus } from "../resolvers.generated.ts";

/** The days of a cover, `YYYY-MM-DD`, both of them covered. */
export interface CoverPeriod {
  readonly start: string;
  /** null: no end is set. */
  readonly end: string | null;
}

/**
 * Whether a cover is in force on a day. Benefits begin with the first covered day and end with the last
 * (Social Insurance Law, art. 23 to 28); in the words of FHIR `Coverage.status`.
 */
export function coverageStatus({ start, end }: CoverPeriod, day: string): CoverageStatus {
  return start <= day && (end === null || day <= end) ? "ACTIVE" : "CANCELLED";
}
