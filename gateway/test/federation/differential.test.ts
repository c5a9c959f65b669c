/** Thousands of generated operations: the engine's answer is the monolith's answer. */
import fc from "fast-check";
import { validate } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Federation, startFederation } from "./federation.ts";
import { documentText } from "./fixture.ts";
import { mediaLibrary } from "./fixtures/media.ts";
import { shop } from "./fixtures/shop.ts";
import { town } from "./fixtures/town.ts";
import { writeOperation } from "./operations.ts";

const seed = 20_261_124;
const numbers = fc.array(fc.nat(1_000), { maxLength: 160, size: "max" });

describe.each([shop, mediaLibrary, town])("generated operations over $name", (fixture) => {
  let federation: Federation;
  beforeAll(async () => {
    federation = await startFederation(fixture);
  });
  afterAll(() => federation.close());

  it("are answered as by one schema over all the data", async () => {
    let bad = 0;
    await fc.assert(
      fc.asyncProperty(numbers, async (choices) => {
        const { document, variables } = writeOperation(federation.schema, "query", choices);
        if (validate(federation.schema, document).length) bad++;
        fc.pre(validate(federation.schema, document).length === 0);
        const expected = await federation.askMonolith(document, variables);
        const answer = await federation.askStock(document, variables);
        expect({ data: JSON.parse(JSON.stringify(answer.data)) }, documentText(document, variables)).toEqual({
          data: JSON.parse(JSON.stringify(expected.data)),
        });
      }),
      { seed, numRuns: 200 },
    );
    console.error("invalid", bad);
  }, 60_000);
});
