/** When the pension begins by law. */
import type { PensionScheme } from "../resolvers.generated.ts";
import { addMonths, monthsFrom } from "./months.ts";

/** Which of the three statutory ages applies to an employee. */
export type RetirementTrack = "male" | "female_cadre" | "female_worker";

interface RetirementStep {
  /** The age before 2025, in months of life. */
  readonly before: number;
  /** The first birth month that retires later than that. */
  readonly firstBirthMonth: string;
  /** So many birth months share one month of delay. */
  readonly birthMonthsPerMonth: number;
  /** The longest delay, in months. */
  readonly longestDelay: number;
}

/**
 * Decision of the Standing Committee of the National People's Congress of 13 September 2024 on raising the
 * statutory retirement age step by step, with the measures of the State Council and their tables; in force
 * from 1 January 2025: men from 60 to 63 and women of the former age 55 to 58, by a month every four
 * months; women of the former age 50 to 55, by a month every two.
 */
const steps: Readonly<Record<RetirementTrack, RetirementStep>> = {
  male: { before: 60 * 12, firstBirthMonth: "1965-01", birthMonthsPerMonth: 4, longestDelay: 36 },
  female_cadre: { before: 55 * 12, firstBirthMonth: "1970-01", birthMonthsPerMonth: 4, longestDelay: 36 },
  female_worker: { before: 50 * 12, firstBirthMonth: "1975-01", birthMonthsPerMonth: 2, longestDelay: 60 },
};

/** The residents' scheme pays from 60, for all (State Council, Guofa [2014] 8, part 6). */
const residentAge = 60 * 12;

/** The statutory retirement age of an employee, in months of life. */
export function statutoryRetirementAge(birthMonth: string, track: RetirementTrack): number {
  const { before, firstBirthMonth, birthMonthsPerMonth, longestDelay } = steps[track];
  const delay = Math.floor(monthsFrom(firstBirthMonth, birthMonth) / birthMonthsPerMonth) + 1;
  return before + Math.min(Math.max(delay, 0), longestDelay);
}

/** When a pension begins. */
export interface Retirement {
  /** Months of life. */
  readonly ageMonths: number;
  /** The month in which that age is reached. */
  readonly month: string;
}

/** When the pension of a scheme begins for somebody born in `birthMonth`. */
export function retirement(scheme: PensionScheme, birthMonth: string, track: RetirementTrack): Retirement {
  const ageMonths = scheme === "RESIDENT" ? residentAge : statutoryRetirementAge(birthMonth, track);
  return { ageMonths, month: addMonths(birthMonth, ageMonths) };
}
