/** Numbers that the law and the authorities set, each with its source. */

/** Months of contributions and the months of benefit that they give at most, from the most (Social Insurance Law, art. 46). */
export const benefitSteps = [
  { from: 10 * 12, months: 24 },
  { from: 5 * 12, months: 18 },
  { from: 12, months: 12 },
] as const;

/** What the city itself sets. The city is invented, and so is this amount. */
export const cityParameters = {
  /** Fen a month; above the urban minimum living allowance (art. 47), below the minimum wage (Unemployment Insurance Regulations, art. 18). */
  monthlyBenefit: 171_000,
} as const;
