import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { benefitMonths, unemploymentBenefit } from "../rules/benefit.ts";
import { employmentStatus, hasEnded, isPresent } from "../rules/status.ts";

const today = "2026-11-24";
const past = { start: "2015-01-01", end: "2020-06-30" };
const present = { start: "2021-01-01", end: null };

describe("unemployment benefit", () => {
  it.each([
    [0, 0],
    [11, 0],
    [12, 12],
    [59, 12],
    [60, 18],
    [119, 18],
    [120, 24],
    [480, 24],
  ])("after %i months of contributions is paid for %i months", (contributions, months) => {
    expect(benefitMonths(contributions)).toBe(months);
  });

  it("never shrinks with more contributions", () => {
    fc.assert(fc.property(fc.nat(600), fc.nat(600), (one, more) => benefitMonths(one + more) >= benefitMonths(one)));
  });

  it("is not due to somebody who left of her own will", () => {
    expect(unemploymentBenefit({ involuntary: false, contributionMonths: 240, monthsPaid: 0 })).toBeNull();
  });

  it("never has more months left than it has in all, and never fewer than none", () => {
    fc.assert(
      fc.property(fc.nat(600), fc.nat(24), (contributionMonths, monthsPaid) => {
        const benefit = unemploymentBenefit({ involuntary: true, contributionMonths, monthsPaid });
        if (benefit === null) return;
        expect(benefit.monthsLeft).toBe(Math.max(benefit.months - monthsPaid, 0));
      }),
    );
  });
});

describe("where a person stands", () => {
  it.each([
    ["with a present job", { retiredOn: null, jobs: [present, past], registeredOn: null }, "EMPLOYED"],
    ["on the last day of a job", { retiredOn: null, jobs: [{ ...past, end: today }], registeredOn: null }, "EMPLOYED"],
    ["between jobs", { retiredOn: null, jobs: [past], registeredOn: null }, "NOT_IN_LABOUR_FORCE"],
    ["registered", { retiredOn: null, jobs: [past], registeredOn: today }, "UNEMPLOYED"],
    ["registered and back at work", { retiredOn: null, jobs: [present], registeredOn: "2020-07-01" }, "EMPLOYED"],
    ["on a pension", { retiredOn: today, jobs: [past], registeredOn: null }, "RETIRED"],
    ["on a pension with a job", { retiredOn: "2026-01-01", jobs: [present], registeredOn: null }, "RETIRED"],
    ["before the pension", { retiredOn: "2026-11-25", jobs: [present], registeredOn: null }, "EMPLOYED"],
    [
      "before the first day of a job",
      { retiredOn: null, jobs: [{ ...present, start: "2026-12-01" }], registeredOn: null },
      "NOT_IN_LABOUR_FORCE",
    ],
  ])("%s is clear", (_when, standing, status) => {
    expect(employmentStatus(standing, today)).toBe(status);
  });

  it("never has a job at once present and ended", () => {
    const day = fc
      .date({ min: new Date("2000-01-01"), max: new Date("2050-01-01"), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10));
    fc.assert(
      fc.property(
        day,
        fc.option(day),
        day,
        (start, end, on) => !(isPresent({ start, end }, on) && hasEnded({ start, end }, on)),
      ),
    );
  });
});
