/** What a monthly pension amounts to. Amounts are in fen. */
import { annuityMonths, cityParameters } from "./parameters.ts";

/** What an employee's pension is reckoned from. */
export interface EmployeeEntitlement {
  readonly contributionMonths: number;
  /** Average of own contribution base over the local average wage, year by year. */
  readonly wageIndex: number;
  readonly accountBalance: number;
  /** Age at retirement in months of life. */
  readonly ageMonths: number;
}

/**
 * The monthly pension of an employee: the basic pension, which is one percent for each year of contributions
 * of the mean of the local average wage and her own indexed one, and the personal account spread over the
 * annuity months of her age (State Council, Guofa [2005] 38, part 6). Months count as twelfths of a year.
 */
export function employeePension(entitlement: EmployeeEntitlement): number {
  const { averageMonthlyWage } = cityParameters;
  const ownWage = averageMonthlyWage * entitlement.wageIndex;
  const years = entitlement.contributionMonths / 12;
  const basic = ((averageMonthlyWage + ownWage) / 2) * years * 0.01;
  return Math.round(basic + entitlement.accountBalance / annuityDivisor(entitlement.ageMonths));
}

/** Residents reach the pension at 60; their account is spread over the months of that age. */
const residentAnnuityMonths = 139;

/** The monthly pension of a resident: the base amount and 1/139 of her account (Guofa [2014] 8, part 5). */
export function residentPension(accountBalance: number): number {
  return Math.round(cityParameters.residentBaseAmount + accountBalance / residentAnnuityMonths);
}

/**
 * Annuity months of an age in months of life: the table's value for whole years, in proportion between two
 * of them, and the table's ends beyond it.
 */
export function annuityDivisor(ageMonths: number): number {
  const { youngest, months } = annuityMonths;
  const position = Math.min(Math.max(ageMonths / 12 - youngest, 0), months.length - 1);
  const below = months[Math.floor(position)] ?? 0;
  const above = months[Math.ceil(position)] ?? below;
  return below + (above - below) * (position % 1);
}
