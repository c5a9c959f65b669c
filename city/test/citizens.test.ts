import { describe, expect, it } from "vitest";
import { ageOn, monthOfDay, parseDay } from "../population/calendar.ts";
import { checkDigit } from "../population/resident-id.ts";
import { leastContributionMonths, statutoryRetirementMonth } from "../population/retirement.ts";
import { jobMonths } from "../population/work.ts";
import { everyCitizen } from "./plans.ts";

describe("a citizen", () => {
  it("has a resident ID number of no real region, with her birth date and the right check digit inside", () => {
    everyCitizen(({ residentId, birthDate }) => {
      expect(residentId).toMatch(/^000000\d{11}[\dX]$/);
      expect(residentId.slice(6, 14)).toBe(birthDate.replaceAll("-", ""));
      expect(residentId.at(-1)).toBe(checkDigit(residentId));
    });
  });

  it("has a mobile number of the range that nobody uses, unless she is a child", () => {
    everyCitizen(({ mobile, work }) => {
      if (work) expect(mobile).toMatch(/^154\d{8}$/);
      else expect(mobile).toBeNull();
    });
  });

  it("is born before the load day and no more than 93 years ago", () => {
    everyCitizen(({ birthDate }, { asOf }) => {
      expect(ageOn(parseDay(birthDate), asOf)).toBeGreaterThanOrEqual(0);
      expect(ageOn(parseDay(birthDate), asOf)).toBeLessThanOrEqual(93);
    });
  });

  it("as a child has neither work nor pension nor the employees' insurance", () => {
    everyCitizen(({ birthDate, work, pension, health }, { asOf }) => {
      if (ageOn(parseDay(birthDate), asOf) >= 18) return;
      expect(work).toBeNull();
      expect(pension).toBeNull();
      expect(health.coverage?.scheme).not.toBe("EMPLOYEE");
    });
  });

  it("once retired has a pension and no job, and before has no pension", () => {
    everyCitizen(({ work, pension }, { asOf }) => {
      const retired = work?.standing === "employee_pensioner" || work?.standing === "resident_pensioner";
      expect(pension?.pensionSince ?? null).toBe(work?.pensionSince ?? null);
      expect(pension?.pensionSince != null).toBe(retired);
      if (!retired) return expect(pension?.payments ?? []).toEqual([]);
      expect(work.jobs.every(({ end }) => end !== null && end < asOf)).toBe(true);
      expect(pension?.contributing).toBe(false);
      expect(pension?.pensionSince).toBeLessThanOrEqual(monthOfDay(asOf));
    });
  });

  it("retires as an employee in the month after the statutory age, with the months that the law asks for", () => {
    everyCitizen(({ work, pension, birthDate }) => {
      if (work?.standing !== "employee_pensioner" || !pension) return;
      const retirement = statutoryRetirementMonth(parseDay(birthDate), pension.track);
      expect(pension.pensionSince).toBe(retirement + 1);
      const months = pension.carriedMonths + pension.contributions.length;
      expect(months).toBeGreaterThanOrEqual(leastContributionMonths(retirement));
    });
  });

  it("works no longer than to the statutory age", () => {
    everyCitizen(({ work, pension, birthDate }, { asOf }) => {
      const last = work?.jobs.at(-1);
      if (!last || !pension) return;
      const retirement = statutoryRetirementMonth(parseDay(birthDate), pension.track);
      expect(monthOfDay(last.end ?? asOf)).toBeLessThanOrEqual(retirement);
    });
  });

  it("has one job at a time, from the age of 16, and a present one exactly when she is employed", () => {
    everyCitizen(({ work, birthDate }, { asOf }) => {
      if (!work) return;
      for (const [i, job] of work.jobs.entries()) {
        expect(ageOn(parseDay(birthDate), job.start)).toBeGreaterThanOrEqual(16);
        expect(job.end ?? asOf).toBeGreaterThanOrEqual(job.start);
        const next = work.jobs[i + 1];
        if (next) expect(monthOfDay(next.start)).toBeGreaterThan(monthOfDay(job.end ?? asOf));
      }
      expect(work.jobs.filter(({ end }) => end === null)).toHaveLength(work.standing === "employed" ? 1 : 0);
    });
  });

  it("has paid a contribution for every month of her jobs and for no other", () => {
    everyCitizen(({ work, pension }, { asOf }) => {
      const worked = (work?.jobs ?? []).flatMap((job) => jobMonths(job, asOf));
      const recorded = (pension?.contributions ?? []).map(({ month }) => month);
      expect(recorded).toEqual(worked.slice(pension?.carriedMonths ?? 0));
      expect(worked.at(-1) ?? 0).toBeLessThan(monthOfDay(asOf));
      expect(pension?.contributing ?? false).toBe(work?.standing === "employed");
    });
  });

  it("owns what she has paid in herself, until the pension uses it up", () => {
    everyCitizen(({ pension }) => {
      if (!pension) return;
      for (const { base, employerPart, citizenPart } of pension.contributions) {
        expect([employerPart, citizenPart]).toEqual([base * 0.16, base * 0.08]);
      }
      const saved = pension.contributions.reduce((sum, { citizenPart }) => sum + citizenPart, 0);
      if (pension.pensionSince === null) expect(pension.accountBalance).toBeGreaterThanOrEqual(saved);
      expect(Number.isInteger(pension.accountBalance) && pension.accountBalance >= 0).toBe(true);
    });
  });

  it("is paid a pension for every month since the first one, on a day that has come", () => {
    everyCitizen(({ pension }, { asOf }) => {
      for (const [i, payment] of (pension?.payments ?? []).entries()) {
        expect(payment.month).toBe((pension?.pensionSince ?? 0) + i);
        expect(monthOfDay(payment.paidOn)).toBe(payment.month);
        expect(payment.paidOn).toBeLessThanOrEqual(asOf);
        expect(Number.isInteger(payment.amount) && payment.amount > 0).toBe(true);
      }
    });
  });

  it("when unemployed lost a job before she registered, and is paid no more months than have passed", () => {
    everyCitizen(({ work, pension }, { asOf }) => {
      const registered = work?.standing === "laid_off" || work?.standing === "resigned";
      expect(work?.unemployment != null).toBe(registered);
      if (!work?.unemployment) return;
      const { registeredOn, contributionMonths, monthsPaid, involuntary } = work.unemployment;
      expect(registeredOn).toBeGreaterThan(work.jobs.at(-1)?.end ?? Number.POSITIVE_INFINITY);
      expect(registeredOn).toBeLessThanOrEqual(asOf);
      expect(contributionMonths).toBe((pension?.carriedMonths ?? 0) + (pension?.contributions.length ?? 0));
      expect(monthsPaid).toBeLessThanOrEqual(monthOfDay(asOf) - monthOfDay(registeredOn));
      if (!involuntary) expect(monthsPaid).toBe(0);
    });
  });
});

describe("a health record", () => {
  it("has encounters whose costs add up, after birth and before the load day, in the order of time", () => {
    everyCitizen(({ health, birthDate }, { asOf }) => {
      for (const [i, encounter] of health.encounters.entries()) {
        expect(encounter.totalCost).toBe(encounter.coveredByFund + encounter.paidByCitizen);
        expect(Math.min(encounter.coveredByFund, encounter.paidByCitizen)).toBeGreaterThanOrEqual(0);
        expect(encounter.start.day).toBeGreaterThanOrEqual(parseDay(birthDate));
        expect(encounter.start.day).toBeLessThan(asOf);
        const minutes = (moment: typeof encounter.start) => moment.day * 1_440 + moment.minute;
        if (encounter.end) expect(minutes(encounter.end)).toBeGreaterThan(minutes(encounter.start));
        expect(encounter.start.day).toBeGreaterThanOrEqual(health.encounters[i - 1]?.start.day ?? 0);
        for (const { authoredOn } of encounter.prescriptions) expect(authoredOn.day).toBe(encounter.start.day);
      }
    });
  });

  it("leaves the whole cost to whoever is not insured, and keeps workers in the employees' scheme", () => {
    everyCitizen(({ health, work }) => {
      const { coverage, encounters } = health;
      if (!coverage) expect(encounters.every(({ coveredByFund }) => coveredByFund === 0)).toBe(true);
      if (work?.standing === "employed") expect(coverage?.scheme).toBe("EMPLOYEE");
      expect(coverage?.accountBalance == null).toBe(coverage?.scheme !== "EMPLOYEE");
    });
  });
});
