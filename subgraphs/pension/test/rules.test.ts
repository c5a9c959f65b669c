import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { annuityDivisor, employeePension, residentPension } from "../rules/amount.ts";
import { type Participation, pensionForecast, pensionStatus } from "../rules/forecast.ts";
import { minimumContributionMonths } from "../rules/minimum.ts";
import { addMonths, monthsFrom } from "../rules/months.ts";
import { retirement, statutoryRetirementAge } from "../rules/retirement.ts";

const month = fc
  .tuple(fc.integer({ min: 1940, max: 2030 }), fc.integer({ min: 1, max: 12 }))
  .map(([year, number]) => `${year}-${String(number).padStart(2, "0")}`);
const tracks = ["male", "female_cadre", "female_worker"] as const;
const track = fc.constantFrom(...tracks);
const scheme = fc.constantFrom("EMPLOYEE" as const, "RESIDENT" as const);

describe("the statutory retirement age", () => {
  // First and last rows, and rows between, of the tables to the decision of 13 September 2024.
  it.each([
    ["1964-12", "male", 60, 0, "2024-12"],
    ["1965-01", "male", 60, 1, "2025-02"],
    ["1965-04", "male", 60, 1, "2025-05"],
    ["1965-05", "male", 60, 2, "2025-07"],
    ["1970-12", "male", 61, 6, "2032-06"],
    ["1976-08", "male", 62, 11, "2039-07"],
    ["1976-09", "male", 63, 0, "2039-09"],
    ["2000-01", "male", 63, 0, "2063-01"],
    ["1969-12", "female_cadre", 55, 0, "2024-12"],
    ["1970-01", "female_cadre", 55, 1, "2025-02"],
    ["1981-08", "female_cadre", 57, 11, "2039-07"],
    ["1981-09", "female_cadre", 58, 0, "2039-09"],
    ["1974-12", "female_worker", 50, 0, "2024-12"],
    ["1975-01", "female_worker", 50, 1, "2025-02"],
    ["1975-03", "female_worker", 50, 2, "2025-05"],
    ["1984-10", "female_worker", 54, 11, "2039-09"],
    ["1984-11", "female_worker", 55, 0, "2039-11"],
  ] as const)(
    "of somebody born in %s, %s, is %i years and %i months, reached in %s",
    (birth, who, years, months, reached) => {
      expect(retirement("EMPLOYEE", birth, who)).toEqual({ ageMonths: years * 12 + months, month: reached });
    },
  );

  it("never falls with a later birth, and never rises by more than a month from one birth month to the next", () => {
    fc.assert(
      fc.property(month, track, (birth, who) => {
        const step = statutoryRetirementAge(addMonths(birth, 1), who) - statutoryRetirementAge(birth, who);
        expect([0, 1]).toContain(step);
      }),
    );
  });

  it("stays between the age before the decision and the age at its end", () => {
    const bounds = { male: [60, 63], female_cadre: [55, 58], female_worker: [50, 55] } as const;
    fc.assert(
      fc.property(month, track, (birth, who) => {
        const years = statutoryRetirementAge(birth, who) / 12;
        expect(years).toBeGreaterThanOrEqual(bounds[who][0]);
        expect(years).toBeLessThanOrEqual(bounds[who][1]);
      }),
    );
  });

  it("is 60 for every resident outside the employees' scheme", () => {
    fc.assert(fc.property(month, track, (birth, who) => retirement("RESIDENT", birth, who).ageMonths === 720));
  });
});

describe("the least number of contributions", () => {
  it.each([
    [2024, 180],
    [2029, 180],
    [2030, 186],
    [2031, 192],
    [2038, 234],
    [2039, 240],
    [2070, 240],
  ])("of an employee who retires in %i is %i months", (year, months) => {
    expect(minimumContributionMonths("EMPLOYEE", year)).toBe(months);
  });

  it("stays at fifteen years for residents", () => {
    expect(minimumContributionMonths("RESIDENT", 2050)).toBe(180);
  });
});

describe("the monthly amount", () => {
  it.each([
    [40, 233],
    [50, 195],
    [55, 170],
    [60, 139],
    [63, 117],
    [70, 56],
    [75, 56],
  ])("at %i spreads the account over %i months", (years, months) => {
    expect(annuityDivisor(years * 12)).toBe(months);
  });

  it("lies between the neighbours for an age between two whole years", () => {
    expect(annuityDivisor(60 * 12 + 1)).toBeCloseTo(139 - 7 / 12, 10);
  });

  it("of an average earner with 30 years is 30 percent of the average wage and the account's part", () => {
    const amount = employeePension({
      contributionMonths: 360,
      wageIndex: 1,
      accountBalance: 13_900_000,
      ageMonths: 720,
    });
    expect(amount).toBe(0.3 * 780_000 + 100_000);
  });

  it("of a resident is the base amount and 1/139 of the account", () => {
    expect(residentPension(139_000)).toBe(20_000 + 1_000);
  });

  it("never falls with more months, a higher wage, a fuller account or a later age", () => {
    const entitlement = fc.record({
      contributionMonths: fc.integer({ min: 0, max: 600 }),
      wageIndex: fc.double({ min: 0, max: 3, noNaN: true }),
      accountBalance: fc.integer({ min: 0, max: 100_000_000 }),
      ageMonths: fc.integer({ min: 480, max: 900 }),
    });
    fc.assert(
      fc.property(entitlement, entitlement, (one, other) => {
        const most = {
          contributionMonths: Math.max(one.contributionMonths, other.contributionMonths),
          wageIndex: Math.max(one.wageIndex, other.wageIndex),
          accountBalance: Math.max(one.accountBalance, other.accountBalance),
          ageMonths: Math.max(one.ageMonths, other.ageMonths),
        };
        expect(employeePension(most)).toBeGreaterThanOrEqual(employeePension(one));
      }),
    );
  });
});

describe("a forecast", () => {
  const participation = fc.record({
    scheme,
    birthMonth: month,
    retirementTrack: track,
    contributing: fc.boolean(),
    pensionSince: fc.constant(null),
    contributionMonths: fc.integer({ min: 0, max: 500 }),
    wageIndex: fc.double({ min: 0.6, max: 3, noNaN: true }),
    accountBalance: fc.integer({ min: 0, max: 50_000_000 }),
    monthlySaving: fc.integer({ min: 0, max: 200_000 }),
  });

  it("names an amount exactly when the least number of months is reached", () => {
    fc.assert(
      fc.property(participation, (one) => {
        const forecast = pensionForecast(one, "2026-11-24");
        expect(forecast.monthlyAmount !== null).toBe(forecast.minimumReached);
      }),
    );
  });

  it("counts every month until retirement for a contributor, and none for somebody who has paused", () => {
    fc.assert(
      fc.property(participation, (one) => {
        const { retirementMonth, contributionMonthsAtRetirement } = pensionForecast(one, "2026-11-24");
        const toCome = one.contributing ? Math.max(monthsFrom("2026-11", retirementMonth), 0) : 0;
        expect(contributionMonthsAtRetirement).toBe(one.contributionMonths + toCome);
      }),
    );
  });

  it("promises a contributor no less than somebody who has paused", () => {
    fc.assert(
      fc.property(participation, (one) => {
        const amount = (contributing: boolean) =>
          pensionForecast({ ...one, contributing }, "2026-11-24").monthlyAmount ?? 0;
        expect(amount(true)).toBeGreaterThanOrEqual(amount(false));
      }),
    );
  });
});

describe("where a participant stands", () => {
  it.each([
    [null, true, "CONTRIBUTING"],
    [null, false, "PAUSED"],
    ["2026-11", false, "RECEIVING"],
    ["2026-12", false, "PAUSED"],
  ])("with a pension since %s, contributing %s, is %s in November 2026", (pensionSince, contributing, status) => {
    expect(pensionStatus({ pensionSince, contributing } satisfies Partial<Participation>, "2026-11-24")).toBe(status);
  });
});

describe("reckoning with months", () => {
  it("goes there and back", () => {
    fc.assert(
      fc.property(month, fc.integer({ min: -2_000, max: 2_000 }), (start, months) => {
        expect(monthsFrom(start, addMonths(start, months))).toBe(months);
        expect(addMonths(addMonths(start, months), -months)).toBe(start);
      }),
    );
  });
});
