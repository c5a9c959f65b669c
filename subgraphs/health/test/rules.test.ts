import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { costShares } from "../rules/cost.ts";
import { coverageStatus } from "../rules/coverage.ts";

const cost = fc.integer({ min: 0, max: 2 ** 31 - 1 });

describe("the shares of a cost", () => {
  it("add up to the whole, and neither is negative", () => {
    fc.assert(
      fc.property(cost, cost, (one, other) => {
        const shares = costShares(Math.max(one, other), Math.min(one, other));
        expect(shares.coveredByFund + shares.paidByCitizen).toBe(shares.total);
        expect(shares.paidByCitizen).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it.each([
    [100, 101],
    [100, -1],
  ])("refuse a cost of %i of which the fund covers %i", (total, covered) => {
    expect(() => costShares(total, covered)).toThrow(RangeError);
  });
});

describe("a cover", () => {
  it.each([
    ["2026-01-01", "2026-12-31", "2025-12-31", "CANCELLED"],
    ["2026-01-01", "2026-12-31", "2026-01-01", "ACTIVE"],
    ["2026-01-01", "2026-12-31", "2026-12-31", "ACTIVE"],
    ["2026-01-01", "2026-12-31", "2027-01-01", "CANCELLED"],
    ["2026-01-01", null, "2099-01-01", "ACTIVE"],
  ])("from %s to %s is on %s %s", (start, end, day, status) => {
    expect(coverageStatus({ start, end }, day)).toBe(status);
  });
});
