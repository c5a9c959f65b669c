import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { type CircuitBreaker, createCircuitBreaker } from "../boundary/circuit-breaker.ts";
import { createRetryBudget } from "../boundary/retry-budget.ts";

let now: number;
let breaker: CircuitBreaker;

beforeEach(() => {
  now = 0;
  breaker = createCircuitBreaker(() => now);
});

/** One call that ends at once; whether it was let through. */
function call(succeeds: boolean): boolean {
  const permit = breaker.admit();
  if (permit === undefined) return false;
  breaker.record(permit, succeeds);
  return true;
}

function calls(succeeds: readonly boolean[]): number {
  return succeeds.filter((each) => call(each)).length;
}

function failures(count: number): boolean[] {
  return Array.from({ length: count }, () => false);
}

describe("the circuit breaker", () => {
  it("stops calls after ten failures in a row, and not before", () => {
    const good = Array.from({ length: 20 }, () => true);
    expect(calls([...good, ...failures(9), ...good, ...failures(10)])).toBe(59);
    expect(call(true)).toBe(false);
  });

  it("stops calls when half of at least twenty failed within a few seconds", () => {
    const mixed = Array.from({ length: 19 }, (_, index) => index % 2 === 0);
    expect(calls(mixed)).toBe(19);
    expect(call(false)).toBe(true);
    expect(call(true)).toBe(false);
  });

  it("forgets what is more than ten seconds ago", () => {
    for (let times = 0; times < 100; times += 1) {
      now += 1_100;
      expect(call(times % 2 === 0)).toBe(true);
    }
  });

  it("lets one call try after a second, and all when that succeeds", () => {
    calls(failures(10));
    now += 999;
    expect(breaker.admit()).toBeUndefined();
    now += 1;
    const trial = breaker.admit();
    expect(trial).toBeDefined();
    expect(breaker.admit()).toBeUndefined();
    breaker.record(trial ?? -1, true);
    expect(calls([true, ...failures(9)])).toBe(10);
  });

  it("waits twice as long after each trial that fails, and no longer than half a minute", () => {
    calls(failures(10));
    for (const pause of [1, 2, 4, 8, 16, 30, 30]) {
      now += pause * 1_000 - 1;
      expect(call(true)).toBe(false);
      now += 1;
      expect(call(false)).toBe(true);
    }
    now += 30_000;
    expect(call(true)).toBe(true);
    calls(failures(10));
    now += 1_000;
    expect(call(true)).toBe(true);
  });

  it("is not moved by calls that began before it changed its state", () => {
    const early = [breaker.admit(), breaker.admit(), breaker.admit()];
    calls(failures(10));
    breaker.record(early[0] ?? -1, true);
    expect(call(true)).toBe(false);
    now += 1_000;
    const trial = breaker.admit();
    breaker.record(early[1] ?? -1, true);
    expect(breaker.admit()).toBeUndefined();
    breaker.record(trial ?? -1, true);
    breaker.record(early[2] ?? -1, false);
    expect(call(true)).toBe(true);
  });

  it("always opens again within half a minute of calm, whatever happened", () => {
    const step = fc.record({ wait: fc.nat(40_000), ends: fc.option(fc.boolean(), { nil: undefined }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        now = 0;
        breaker = createCircuitBreaker(() => now);
        const open: number[] = [];
        for (const { wait, ends } of steps) {
          now += wait;
          const permit = ends === undefined ? breaker.admit() : undefined;
          if (permit !== undefined) open.push(permit);
          if (ends !== undefined && open.length > 0) breaker.record(open.shift() ?? -1, ends);
        }
        for (const permit of open) breaker.record(permit, false);
        now += 30_000;
        expect(call(true)).toBe(true);
        expect(call(true)).toBe(true);
      }),
    );
  });
});

describe("the budget of repetitions", () => {
  it("is one for ten calls, and twenty at once", () => {
    const budget = createRetryBudget();
    const spent = () => Array.from({ length: 40 }, () => budget.spend()).filter(Boolean).length;
    expect(spent()).toBe(20);
    for (let times = 0; times < 45; times += 1) budget.called();
    expect(spent()).toBe(4);
    for (let times = 0; times < 10_000; times += 1) budget.called();
    expect(spent()).toBe(20);
  });
});
