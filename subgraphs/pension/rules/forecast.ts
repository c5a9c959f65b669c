/** Where a participant stands, and what her pension is going to be. Amounts are in fen. */
import type { PensionScheme, PensionStatus } from "../resolvers.generated.ts";
import { employeePension, residentPension } from "./amount.ts";
import { minimumContributionMonths } from "./minimum.ts";
import { monthOf, monthsFrom } from "./months.ts";
import { type RetirementTrack, retirement } from "./retirement.ts";

/** What the register says of a participant. */
export interface Participation {
  readonly scheme: PensionScheme;
  readonly birthMonth: string;
  readonly retirementTrack: RetirementTrack;
  readonly contributing: boolean;
  /** First month for which the pension is paid; null when it is not settled yet. */
  readonly pensionSince: string | null;
  readonly contributionMonths: number;
  readonly wageIndex: number;
  readonly accountBalance: number;
  /** What a contribution adds to the account each month, by the latest one. */
  readonly monthlySaving: number;
}

/** Where she stands on `today`, `YYYY-MM-DD`. */
export function pensionStatus(
  participation: Pick<Participation, "pensionSince" | "contributing">,
  today: string,
): PensionStatus {
  const { pensionSince, contributing } = participation;
  if (pensionSince !== null && pensionSince <= monthOf(today)) return "RECEIVING";
  return contributing ? "CONTRIBUTING" : "PAUSED";
}

/** An estimate by the rules and in the money of `today`. */
export interface Forecast {
  readonly retirementMonth: string;
  readonly retirementAgeMonths: number;
  readonly contributionMonthsAtRetirement: number;
  readonly minimumReached: boolean;
  /** null when the least number of months is not reached. */
  readonly monthlyAmount: number | null;
}

/**
 * What the pension is going to be if contributions go on as they are: every month until retirement for a
 * contributor, none for somebody who has paused. Interest and later rises of wages are left out.
 */
export function pensionForecast(participation: Participation, today: string): Forecast {
  const { scheme, birthMonth, retirementTrack, contributing } = participation;
  const { month, ageMonths } = retirement(scheme, birthMonth, retirementTrack);
  const monthsToCome = contributing ? Math.max(monthsFrom(monthOf(today), month), 0) : 0;
  const contributionMonths = participation.contributionMonths + monthsToCome;
  const accountBalance = participation.accountBalance + monthsToCome * participation.monthlySaving;
  const minimumReached = contributionMonths >= minimumContributionMonths(scheme, Number(month.slice(0, 4)));
  const amount = () =>
    scheme === "RESIDENT"
      ? residentPension(accountBalance)
      : employeePension({ contributionMonths, accountBalance, ageMonths, wageIndex: participation.wageIndex });
  return {
    retirementMonth: month,
    retirementAgeMonths: ageMonths,
    contributionMonthsAtRetirement: contributionMonths,
    minimumReached,
    monthlyAmount: minimumReached ? amount() : null,
  };
}
