/**
 * Thousands of generated operations: a client cannot tell the engine from one schema over all the data. Apollo's
 * executor runs the same plans beside it, and is right but where a fault of its own is known.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Federation, startFederation } from "./federation.ts";
import { mediaLibrary } from "./fixtures/media.ts";
import { shop } from "./fixtures/shop.ts";
import { town } from "./fixtures/town.ts";
import { faultNumbers, operationNumbers, tryFaults, tryOperation, tryStock } from "./generated.ts";
import { stockFaultsOver } from "./stock-faults.ts";

/** Always the same operations; `explore.ts` tries others. */
const seed = 20_261_124;

/** By why each is one: those that exist, and those that alone explain some wrong answer. */
const knownStockFaults = new Set<string>();
const shownStockFaults = new Set<string>();

describe.each([shop, mediaLibrary, town])("generated operations over the $name", (fixture) => {
  let federation: Federation;
  beforeAll(async () => {
    federation = await startFederation(fixture);
  });
  afterAll(() => federation.close());

  it("are answered as by one schema over all the data", async () => {
    const property = fc.asyncProperty(operationNumbers, (numbers) => tryOperation(federation, numbers));
    await fc.assert(property, { seed, numRuns: 700 });
  }, 60_000);

  it("are answered alike by Apollo's executor, but where its faults are known", async () => {
    const stockFaults = stockFaultsOver(federation);
    for (const { why } of stockFaults) knownStockFaults.add(why);
    let wrong = 0;
    const property = fc.asyncProperty(operationNumbers, faultNumbers, async (numbers, faults) => {
      const causes = await tryStock(federation, stockFaults, numbers, faults);
      wrong += causes.length;
      for (const [cause = "", ...others] of causes) if (others.length === 0) shownStockFaults.add(cause);
    });
    await fc.assert(property, { seed, numRuns: 500 });
    expect(wrong).toBeLessThan(150);
  }, 60_000);

  it("lose what faults take away and nothing else, with an error for each loss", async () => {
    const property = fc.asyncProperty(operationNumbers, faultNumbers, (numbers, faults) =>
      tryFaults(federation, numbers, faults),
    );
    await fc.assert(property, { seed, numRuns: 500 });
  }, 60_000);
});

describe("the known faults of Apollo's executor", () => {
  it("are each the only cause of some wrong answer above", () => {
    expect([...shownStockFaults].sort()).toEqual([...knownStockFaults].sort());
  });
});
