/** Unemployment benefit (Social Insurance Law of the PRC, ch. 5). Amounts are in fen. */
import { benefitSteps, cityParameters } from "./parameters.ts";

/** What a claim rests on. */
export interface Claim {
  /** Whether the work was lost against the person's will. */
  readonly involuntary: boolean;
  /** Months of contributions since the last benefit. */
  readonly contributionMonths: number;
  /** Months of benefit already paid out. */
  readonly monthsPaid: number;
}

export interface Benefit {
  readonly months: number;
  readonly monthsLeft: number;
  readonly monthlyAmount: number;
}

/** Months of benefit for so many months of contributions (art. 46); 0 below one year. */
export function benefitMonths(contributionMonths: number): number {
  return benefitSteps.find(({ from }) => contributionMonths >= from)?.months ?? 0;
}

/**
 * The benefit of a registered person, or null when there is none: she must have paid for a year and have lost
 * her work against her will (art. 45; the third condition, registration, is that the claim is there at all).
 * The months are the most that art. 46 allows.
 */
export function unemploymentBenefit({ involuntary, contributionMonths, monthsPaid }: Claim): Benefit | null {
  const months = involuntary ? benefitMonths(contributionMonths) : 0;
  if (months === 0) return null;
  return { months, monthsLeft: Math.max(months - monthsPaid, 0), monthlyAmount: cityParameters.monthlyBenefit };
}
