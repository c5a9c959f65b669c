/** Numbers that authorities set, each with its source. */

/**
 * Months over which a personal account is paid out, by the age in whole years at retirement, 40 to 70 (annex
 * to State Council, Guofa [2005] 38).
 */
export const annuityMonths = {
  youngest: 40,
  months: [
    233, 230, 226, 223, 220, 216, 212, 208, 204, 199, 195, 190, 185, 180, 175, 170, 164, 158, 152, 145, 139, 132, 125,
    117, 109, 101, 93, 84, 75, 65, 56,
  ],
} as const;

/** What the city itself sets. The city is invented, and so are these amounts, in fen. */
export const cityParameters = {
  /** Average monthly wage of the last year, as the statistics bureau announces it. */
  averageMonthlyWage: 780_000,
  /** Base amount of the residents' pension; no less than what the state sets for the whole country. */
  residentBaseAmount: 20_000,
} as const;
