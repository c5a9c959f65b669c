/**
 * Tries generated operations for as long as one likes: `node gateway/test/federation/explore.ts [runs] [seed]`.
 * A failure is printed with its seed and as small as it can be made.
 */
import fc from "fast-check";
import { startFederation } from "./federation.ts";
import { mediaLibrary } from "./fixtures/media.ts";
import { shop } from "./fixtures/shop.ts";
import { town } from "./fixtures/town.ts";
import { faultNumbers, operationNumbers, tryFaults, tryOperation } from "./generated.ts";

const [runs = "1000", seed = String(Date.now() % 2 ** 31)] = process.argv.slice(2);

for (const fixture of [shop, mediaLibrary, town]) {
  const federation = await startFederation(fixture);
  const options = { seed: Number(seed), numRuns: Number(runs) };
  await fc.assert(
    fc.asyncProperty(operationNumbers, (numbers) => tryOperation(federation, numbers)),
    options,
  );
  await fc.assert(
    fc.asyncProperty(operationNumbers, faultNumbers, (numbers, faults) => tryFaults(federation, numbers, faults)),
    options,
  );
  await federation.close();
  process.stdout.write(`${fixture.name}: ${runs} operations and as many with faults, seed ${seed}\n`);
}
