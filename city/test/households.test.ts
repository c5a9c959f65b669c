import { describe, expect, it } from "vitest";
import { firstDay, lastDay, monthOfDay, monthOfYear } from "../population/calendar.ts";
import { tariffs } from "../population/utilities.ts";
import { everyHousehold } from "./plans.ts";

describe("a household", () => {
  it("shares one address and one meter for each service", () => {
    everyHousehold(({ members, premises }) => {
      expect(members.length).toBeGreaterThan(0);
      for (const { address } of members) expect(address).toEqual(premises.address);
      expect(premises.meters.map(({ service }) => service)).toEqual(["WATER", "POWER", "GAS", "HEATING"]);
    });
  });

  it("is never one of children alone", () => {
    everyHousehold(({ members }) => expect(members.some(({ work }) => work !== null)).toBe(true));
  });

  it("has twelve readings a meter, the last of last month, that grow by what was used", () => {
    everyHousehold(({ premises }, { asOf }) => {
      for (const { readings } of premises.meters) {
        expect(readings.map(({ month }) => month - monthOfDay(asOf))).toEqual([
          -12, -11, -10, -9, -8, -7, -6, -5, -4, -3, -2, -1,
        ]);
        for (const [i, { value, consumption }] of readings.entries()) {
          expect(consumption).toBeGreaterThanOrEqual(0);
          const before = readings[i - 1];
          if (before) expect(value - before.value).toBe(consumption);
        }
      }
    });
  });

  it("is heated from October to April only", () => {
    everyHousehold(({ premises }) => {
      const heating = premises.meters.find(({ service }) => service === "HEATING");
      for (const { month, consumption } of heating?.readings ?? []) {
        expect(consumption > 0).toBe(monthOfYear(month) >= 10 || monthOfYear(month) <= 4);
      }
    });
  });

  it("gets one bill for each month of use, at the tariff", () => {
    everyHousehold(({ premises }) => {
      const used = premises.meters.flatMap(({ service, readings }) =>
        readings.filter(({ consumption }) => consumption > 0).map((reading) => ({ service, ...reading })),
      );
      expect(premises.bills).toHaveLength(used.length);
      for (const [i, { service, month, consumption }] of used.entries()) {
        const bill = premises.bills[i];
        expect(bill).toMatchObject({ service, month, consumption });
        expect(bill?.amount).toBe(Math.round((consumption * tariffs[service]) / 1_000));
        expect(bill?.dueOn).toBe(lastDay(month + 1));
      }
    });
  });

  it("has paid everything but the bills of the last two months, never before they came nor after the load day", () => {
    everyHousehold(({ premises }, { asOf }) => {
      for (const { month, paidOn } of premises.bills) {
        if (paidOn === null) expect(month).toBeGreaterThanOrEqual(monthOfDay(asOf) - 2);
        else expect(paidOn >= firstDay(month + 1) && paidOn <= asOf).toBe(true);
      }
    });
  });
});
