import { describe, expect, it } from "vitest";
import { billStatus } from "../rules/bill.ts";
import { meterUnit } from "../rules/meter.ts";

describe("a bill", () => {
  it.each([
    ["2026-11-25", null, "OPEN"],
    ["2026-11-24", null, "OPEN"],
    ["2026-11-23", null, "OVERDUE"],
    ["2026-11-23", "2026-11-24", "PAID"],
    ["2026-12-31", "2026-11-01", "PAID"],
  ])("due on %s and paid on %s is %s on 24 November 2026", (dueOn, paidOn, status) => {
    expect(billStatus({ dueOn, paidOn }, "2026-11-24")).toBe(status);
  });
});

describe("a meter", () => {
  it.each([
    ["WATER", "CUBIC_METRE"],
    ["GAS", "CUBIC_METRE"],
    ["POWER", "KILOWATT_HOUR"],
    ["HEATING", "GIGAJOULE"],
  ] as const)("of %s measures in %s", (service, unit) => {
    expect(meterUnit(service)).toBe(unit);
  });
});
