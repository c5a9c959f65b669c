/** The least number of contributions with which a monthly pension is paid. */
import type { PensionScheme } from "../resolvers.generated.ts";

const fifteenYears = 15 * 12;
const twentyYears = 20 * 12;
const lastYearOfFifteen = 2029;
const monthsPerYear = 6;

/**
 * Months of contributions that somebody who retires in `year` needs. For employees 15 years (Social Insurance
 * Law of the PRC, art. 16) rise by six months a year from 2030 to 20 years in 2039 (measures under the
 * Decision of the NPC Standing Committee of 13 September 2024, art. 2); for residents 15 years stay (Guofa [2014] 8, part 6).
 */
export function minimumContributionMonths(scheme: PensionScheme, year: number): number {
  if (scheme === "RESIDENT") return fifteenYears;
  const rise = Math.max(year - lastYearOfFifteen, 0) * monthsPerYear;
  return Math.min(fifteenYears + rise, twentyYears);
}
