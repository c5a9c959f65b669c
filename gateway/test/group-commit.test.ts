/** Whose outcome is whose, and what becomes of those for whom there is no room or no time. */
import { setTimeout as delay } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createGroupCommit } from "../ledger/group-commit.ts";

const limits = { together: 4, waiting: 20, patience: 5_000 };
const codesOf = async (adding: readonly Promise<unknown>[]) =>
  (await Promise.allSettled(adding)).map((result) => (result.status === "fulfilled" ? "ok" : result.reason.code));

/** Sends nothing until it is told to. */
function held() {
  const { promise, resolve } = Promise.withResolvers<void>();
  const sizes: number[] = [];
  const send = async (items: readonly number[]) => {
    sizes.push(items.length);
    await promise;
    return items;
  };
  return { send, sizes, release: resolve };
}

describe("group commit", () => {
  it("gives each the outcome of its own, and never sends more together than it may", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ item: fc.integer(), after: fc.nat(3) }), { maxLength: 20 }),
        fc.array(fc.nat(3), { maxLength: 10 }),
        async (arrivals, pauses) => {
          const sizes: number[] = [];
          const send = async (items: readonly number[]) => {
            sizes.push(items.length);
            await delay(pauses[sizes.length] ?? 0);
            return items.map((item) => `${item}`);
          };
          const { add } = createGroupCommit(send, limits);
          const outcomes = arrivals.map(async ({ item, after }) => {
            await delay(after);
            return await add(item);
          });
          expect(await Promise.all(outcomes)).toEqual(arrivals.map(({ item }) => `${item}`));
          expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(limits.together);
          expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(arrivals.length);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("lets those wait that come while some are on their way, and refuses whom there is no room for", async () => {
    const { send, sizes, release } = held();
    const { add } = createGroupCommit(send, { ...limits, waiting: 5 });
    const first = add(0);
    await expect.poll(() => sizes).toEqual([1]);
    const adding = Array.from({ length: 7 }, (_, item) => add(item));
    release();
    const expected = ["ok", ...Array(5).fill("ok"), "OVERLOADED", "OVERLOADED"];
    expect(await codesOf([first, ...adding])).toEqual(expected);
    expect(sizes).toEqual([1, 4, 1]);
  });

  it("counts patience from the arrival, and sends none whose time is over", async () => {
    const { send, sizes, release } = held();
    const { add } = createGroupCommit(send, { ...limits, patience: 50 });
    const later = delay(20).then(() => add(1));
    expect(await codesOf([add(0), later])).toEqual(["READ_NOT_RECORDED", "READ_NOT_RECORDED"]);
    release();
    await delay(20);
    expect(sizes).toEqual([1]);
  });

  it("fails those that went together with what could not be sent, and nobody who comes later", async () => {
    let isBroken = true;
    const send = async (items: readonly number[]) => {
      if (isBroken) throw new Error("broken");
      return items;
    };
    const { add } = createGroupCommit(send, limits);
    expect(await codesOf([add(1), add(2)])).toEqual(["READ_NOT_RECORDED", "READ_NOT_RECORDED"]);
    isBroken = false;
    expect(await add(3)).toBe(3);
  });

  it("closes: what is on its way arrives, what waits and what comes is refused", async () => {
    const { send, sizes, release } = held();
    const { add, close } = createGroupCommit(send, limits);
    const first = add(0);
    await expect.poll(() => sizes).toEqual([1]);
    const waiting = add(1);
    const closed = close();
    release();
    expect(await codesOf([first, waiting, add(2)])).toEqual(["ok", "READ_NOT_RECORDED", "READ_NOT_RECORDED"]);
    await closed;
    expect(sizes).toEqual([1]);
  });
});
