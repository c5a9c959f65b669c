import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  dayOf,
  firstDay,
  formatDay,
  formatMonth,
  lastDay,
  monthOfDay,
  parseDay,
  todayInCity,
} from "../population/calendar.ts";
import { demoCitizens } from "../population/demo.ts";
import { type Citizen, type CityPlan, populate } from "../population/population.ts";
import { createRandom } from "../population/random.ts";
import { checkDigit, createResidentIdRegister } from "../population/resident-id.ts";
import { statutoryRetirementMonth } from "../population/retirement.ts";
import { plans } from "./plans.ts";

function citizensOf(plan: CityPlan): Citizen[] {
  return [...populate(plan)].flatMap(({ members }) => members);
}

describe("the synthetic city", () => {
  it("is the same whenever seed, size and day are the same, on every machine", () => {
    const plan = { seed: "golden", citizens: 300, asOf: dayOf(2026, 11, 24) };
    const told = JSON.stringify([...populate(plan)]);
    expect(JSON.stringify([...populate(plan)])).toBe(told);
    expect(createHash("sha256").update(told).digest("hex")).toMatchInlineSnapshot(
      `"10da6969d609e2d3fb65cf23ed2aaeb5604f6ccb3fc12725ab6589aa46bd8993"`,
    );
  });

  it("is another one with another seed", () => {
    const plan = { seed: "one", citizens: 20, asOf: dayOf(2026, 11, 24) };
    expect(citizensOf(plan)[10]).not.toEqual(citizensOf({ ...plan, seed: "two" })[10]);
  });

  it("has exactly as many citizens as were asked for, and a larger one begins with the same households", () => {
    fc.assert(
      fc.property(plans, fc.integer({ min: 1, max: 100 }), (plan, more) => {
        const small = [...populate(plan)];
        expect(small.flatMap(({ members }) => members)).toHaveLength(plan.citizens);
        const large = populate({ ...plan, citizens: plan.citizens + more });
        for (const household of small.slice(0, -1)) expect(large.next().value).toEqual(household);
      }),
      { numRuns: 20 },
    );
  });

  it("gives each citizen, home, bill and record an identifier of its own", () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const ids = [...populate(plan)].flatMap(({ members, premises }) => [
          premises.id,
          premises.address.district + premises.address.line,
          ...[...premises.meters, ...premises.bills].map(({ id }) => id),
          ...members.flatMap(({ citizenId, residentId, mobile, health, work }) => [
            citizenId,
            residentId,
            mobile ?? `no mobile: ${citizenId}`,
            ...health.encounters.flatMap(({ id, prescriptions }) => [id, ...prescriptions.map((p) => p.id)]),
            ...(work?.jobs ?? []).map(({ id }) => id),
          ]),
        ]);
        expect(new Set(ids).size).toBe(ids.length);
      }),
      { numRuns: 20 },
    );
  });

  it("prefers languages without regard to names", () => {
    const citizens = citizensOf({ seed: "languages", citizens: 4_000, asOf: dayOf(2026, 11, 24) });
    const share = (language: string, script: RegExp) => {
      const named = citizens.filter(({ name }) => script.test(name.text));
      return named.filter(({ preferredLanguage }) => preferredLanguage === language).length / named.length;
    };
    for (const language of ["zh-CN", "ug", "kk", "en"]) {
      const shares = [/\p{Script=Han}/u, /\p{Script=Arabic}/u, /\p{Script=Cyrillic}/u].map((s) => share(language, s));
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThan(0.08);
    }
  });
});

describe("the demo citizens", () => {
  it("are the first of every city, each with encounters and open bills", () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const households = [...populate(plan)];
        for (const [i, demo] of demoCitizens.entries()) {
          const household = households[i];
          const child = plan.citizens > demoCitizens.length ? demo.child : null;
          expect(household?.members.slice(1).map(({ name, work, mobile }) => ({ name, work, mobile }))).toEqual(
            child ? [{ name: child.name, work: null, mobile: null }] : [],
          );
          expect(household?.members[0]).toMatchObject({
            residentId: demo.residentId,
            mobile: demo.mobile,
            name: demo.name,
            birthDate: formatDay(demo.birth),
            preferredLanguage: demo.preferredLanguage,
          });
          expect(household?.members[0]?.health.encounters.length).toBeGreaterThanOrEqual(2);
          const open = household?.premises.bills.filter(({ paidOn, dueOn }) => paidOn === null && dueOn >= plan.asOf);
          expect(open?.length).toBeGreaterThanOrEqual(3);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("are one with a pension, one with a job and one with a benefit", () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const [retired, employed, unemployed] = citizensOf(plan);
        expect(retired?.pension?.payments.length).toBeGreaterThan(12);
        expect(employed?.work?.jobs.at(-1)?.end).toBeNull();
        expect(unemployed?.work?.unemployment).toMatchObject({ involuntary: true });
        expect(unemployed?.work?.unemployment?.contributionMonths).toBeGreaterThanOrEqual(120);
      }),
      { numRuns: 20 },
    );
  });
});

describe("what the city is made of", () => {
  it("computes the check digit of GB 11643", () => {
    expect(checkDigit("00000018991231001")).toBe("2");
    expect(checkDigit("11010519491231002")).toBe("X");
  });

  it("refuses more people of one birth date than there are numbers", () => {
    const register = createResidentIdRegister();
    const birth = dayOf(2000, 1, 1);
    for (let i = 0; i < 999; i++) register.issue(birth);
    expect(() => register.issue(birth)).toThrow("all resident ID numbers of 2000-01-01 are taken");
  });

  it("knows the statutory retirement age of the reform of 2025", () => {
    const month = (birth: string, track: "male" | "female_cadre" | "female_worker") =>
      formatMonth(statutoryRetirementMonth(parseDay(birth), track));
    expect(month("1964-12-31", "male")).toBe("2024-12");
    expect(month("1965-01-01", "male")).toBe("2025-02");
    expect(month("1976-09-15", "male")).toBe("2039-09");
    expect(month("1981-10-15", "female_cadre")).toBe("2039-10");
    expect(month("1984-11-15", "female_worker")).toBe("2039-11");
    expect(month("1990-06-15", "male")).toBe("2053-06");
  });

  it("counts days and months as the calendar does", () => {
    fc.assert(
      fc.property(fc.integer({ min: dayOf(1900, 1, 1), max: dayOf(2100, 1, 1) }), (day) => {
        expect(parseDay(formatDay(day))).toBe(day);
        const month = monthOfDay(day);
        expect(formatMonth(month)).toBe(formatDay(day).slice(0, 7));
        expect(firstDay(month) <= day && day <= lastDay(month)).toBe(true);
      }),
    );
    expect(() => parseDay("2026-02-30")).toThrow(RangeError);
    expect(formatDay(todayInCity(new Date("2026-11-23T16:30:00Z")))).toBe("2026-11-24");
  });

  it("draws identifiers that are version 4 UUIDs", () => {
    fc.assert(
      fc.property(fc.string(), (label) => {
        const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
        expect(createRandom(label).uuid()).toMatch(uuid);
      }),
    );
  });
});
