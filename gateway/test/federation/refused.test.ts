/**
 * Whatever is demanded, whoever asks, whatever she asks: she is answered as by one schema over all the data in which what
 * she may not read is an error, and no subgraph is asked for it.
 */
import fc from "fast-check";
import { buildSchema, type DocumentNode, type GraphQLSchema, isAbstractType, print, visit } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readDemands } from "../../rights/demands.ts";
import { findRights, type Refusals } from "../../rights/rights.ts";
import { fieldsAsked } from "./asked.ts";
import { admitted, anybody, anyDemanded, applied, codeFor, now, type Somebody } from "./demanded.ts";
import { composeDemanding, type Placed, placed, placesIn } from "./demanding.ts";
import { errorFaults } from "./error-laws.ts";
import { type Federation, type Outcome, startFederation } from "./federation.ts";
import { documentText, type Fixture } from "./fixture.ts";
import { mediaLibrary } from "./fixtures/media.ts";
import { shop } from "./fixtures/shop.ts";
import { town } from "./fixtures/town.ts";
import { operationNumbers } from "./generated.ts";
import { writeOperation } from "./operations.ts";
import { type Demands, demandsIn, refusing } from "./refusing.ts";

/** Always the same trials. */
const seed = 20_261_126;

const trials = fc.record({
  drawn: fc.array(fc.tuple(fc.nat(10_000), anyDemanded), { minLength: 1, maxLength: 12, size: "max" }),
  askers: fc.array(fc.tuple(anybody, operationNumbers), { minLength: 6, maxLength: 6 }),
});

/** What the gateway keeps from somebody of an operation. */
function decider(supergraphSdl: string, schema: GraphQLSchema) {
  const demands = readDemands(buildSchema(supergraphSdl, { assumeValidSDL: true }));
  return (somebody: Somebody) =>
    async (document: DocumentNode): Promise<Refusals> =>
      await findRights(document, schema, demands, async () => new Set(somebody.rules)).decide(admitted(somebody), now);
}

/** The names by which objects are found and fields resolved: they are asked for on the way to others. */
function leadingNames({ subgraphs }: Fixture, directive: "key" | "requires"): ReadonlySet<string> {
  const pattern = new RegExp(`@${directive}\\(fields: "(.*?)"`, "g");
  const found = Object.values(subgraphs).flatMap(({ sdl }) => [...sdl.matchAll(pattern)]);
  return new Set(found.flatMap(([, fields = ""]) => fields.match(/\w+/g) ?? []));
}

function namesIn(document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  visit(document, { Field: ({ name }) => void names.add(name.value) });
  return names;
}

describe.each([shop, mediaLibrary, town])("demands on the $name", (fixture) => {
  let federation: Federation;
  beforeAll(async () => {
    federation = await startFederation(fixture);
  });
  afterAll(() => federation.close());

  /** What subgraphs were asked although somebody may not read it, or although nothing comes of it. */
  function inVain({ calls }: Outcome, document: DocumentNode, demands: Demands, somebody: Somebody): string[] {
    const { schema } = federation;
    const keys = leadingNames(fixture, "key");
    const asked = calls.map(({ query }) => fieldsAsked(query, schema));
    const refused = asked.flat().filter(({ type, field }) => {
      const types = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
      return !keys.has(field) && types.every((each) => codeFor(demands.ofField(each, field), somebody));
    });
    // Whatever is fetched last leads to nothing further, unless that is not selected on a condition; a type alone is fetched
    // where only an interface is known.
    const wanted = [namesIn(document), leadingNames(fixture, "requires")];
    const last = asked.at(-1) ?? [];
    const isIdle =
      calls.at(-1)?.query.includes("_entities") &&
      last.length > 0 &&
      !print(document).includes("@") &&
      last.every(({ field }) => !wanted.some((names) => names.has(field)));
    return [...refused.map(({ type, field }) => `${type}.${field}`), ...(isIdle ? [calls.at(-1)?.query ?? ""] : [])];
  }

  it("take away what they refuse and nothing else, and nobody is asked for it", { timeout: 120_000 }, async () => {
    const { schema } = federation;
    const places = placesIn(fixture);
    const told = new Map<string, number>();
    const property = fc.asyncProperty(trials, async ({ drawn, askers }) => {
      const demanding = placed(drawn, places);
      const refusalsFor = decider(composeDemanding(fixture, demanding), schema);
      const demands = demandsIn(fixture, schema, demanding);
      for (const [somebody, numbers] of askers) {
        const { document, variables } = writeOperation(schema, "query", numbers);
        const { run, runUnhidden } = refusing(fixture, schema, demands, somebody);
        const expected = await run(document, variables);
        const unhidden = await runUnhidden(document, variables);
        const answer = await federation.ask(document, variables, { refusalsOf: refusalsFor(somebody) });
        const message = `${textOf(demanding)}\n${JSON.stringify(somebody)}\n${documentText(document, variables)}`;
        expect(answer.data, message).toEqual(JSON.parse(JSON.stringify(expected.data)));
        expect(errorFaults(answer, JSON.parse(JSON.stringify(unhidden))), message).toEqual([]);
        const codes = new Map(unhidden.errors?.map(({ path, extensions }) => [path?.join(), extensions.codes]));
        for (const { path, extensions } of answer.errors ?? []) {
          expect(codes.get(path?.join()), `${path?.join()}\n${message}`).toContain(extensions.code);
          told.set(extensions.code, (told.get(extensions.code) ?? 0) + 1);
        }
        expect(inVain(answer, document, demands, somebody), message).toEqual([]);
      }
    });
    await fc.assert(property, { seed, numRuns: 40 });
    // They have been refused for each reason, and not by rare chance.
    for (const code of ["UNAUTHENTICATED", "FORBIDDEN", "INSUFFICIENT_USER_AUTHENTICATION"]) {
      expect(told.get(code), code).toBeGreaterThan(10);
    }
  });
});

function textOf(demands: readonly Placed[]): string {
  const line = ({ subgraph, type, field, demanded }: Placed) =>
    `${subgraph}: ${type}${field === null ? "" : `.${field}`} ${print(applied(demanded))}`;
  return demands.map(line).join("\n");
}
