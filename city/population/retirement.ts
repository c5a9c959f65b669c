/** When a career ends: the statutory retirement age and the least number of months. */
import { type Day, type Month, monthOf, monthOfDay, yearOf } from "./calendar.ts";

/** Which of the statutory ages applies. */
export type RetirementTrack = "male" | "female_cadre" | "female_worker";

interface Steps {
  /** Age before the reform, in months. */
  readonly before: number;
  /** The reform adds one month for every so many months of birth. */
  readonly monthsAStep: number;
  /** Most months that the reform adds. */
  readonly most: number;
}

const steps: Readonly<Record<RetirementTrack, Steps>> = {
  male: { before: 60 * 12, monthsAStep: 4, most: 36 },
  female_cadre: { before: 55 * 12, monthsAStep: 4, most: 36 },
  female_worker: { before: 50 * 12, monthsAStep: 2, most: 60 },
};

const reform = monthOf(2025, 1);

/**
 * The month in which the statutory age is reached (Decision of the NPC Standing Committee of
 * 13 September 2024): whoever would have reached the old age from January 2025 on reaches it later.
 */
export function statutoryRetirementMonth(birth: Day, track: RetirementTrack): Month {
  const { before, monthsAStep, most } = steps[track];
  const old = monthOfDay(birth) + before;
  return old < reform ? old : old + Math.min(most, Math.floor((old - reform) / monthsAStep) + 1);
}

/** Months of contributions that a pension asks for: 180, and from 2030 on six more each year up to 240. */
export function leastContributionMonths(retirement: Month): number {
  return 180 + 6 * Math.min(10, Math.max(0, yearOf(retirement) - 2029));
}
