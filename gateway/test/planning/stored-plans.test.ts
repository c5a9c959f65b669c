import fc from "fast-check";
import { validate } from "graphql";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createMemoryStore, type KeyValueStore } from "../../../platform/keyvalue.ts";
import { createLogger } from "../../../platform/log.ts";
import { readPlan } from "../../planning/plan-shape.ts";
import type { Planner, PlanRequest } from "../../planning/planner.ts";
import { rememberPlans } from "../../planning/stored-plans.ts";
import { startFederation } from "../federation/federation.ts";
import { mediaLibrary } from "../federation/fixtures/media.ts";
import { shop } from "../federation/fixtures/shop.ts";
import { town } from "../federation/fixtures/town.ts";
import { operationNumbers } from "../federation/generated.ts";
import { writeOperation } from "../federation/operations.ts";
import { loadWatched, type WatchedSupergraph } from "./planners.ts";
import { composeSdl, lettersSdl } from "./supergraphs.ts";

const log = createLogger("plans", "silent");
const document = "{ people { letters { text } } }";
const request: PlanRequest = { document, overrides: new Map() };

let supergraph: WatchedSupergraph;
let store: KeyValueStore;
const written = new Map<string, string>();
beforeAll(async () => {
  supergraph = await loadWatched(lettersSdl);
});
afterAll(() => supergraph.planner.close());
beforeEach(() => {
  supergraph.asked.length = 0;
  written.clear();
  store = recording(createMemoryStore());
});

function recording(inner: KeyValueStore): KeyValueStore {
  return {
    ...inner,
    async set(key, value, ttlSeconds) {
      written.set(key, value);
      await inner.set(key, value, ttlSeconds);
    },
  };
}

/** A process that plans over the supergraph named `id`. */
function replica(id = "one", with_: KeyValueStore = store): Planner {
  return rememberPlans(supergraph.planner, id, with_, log);
}

describe("a plan", () => {
  it("is made by one process and found by the others", async () => {
    const plan = await replica().plan(request);
    expect(await replica().plan(request)).toEqual(plan);
    expect(supergraph.asked).toHaveLength(1);
  });

  it("is made again for another supergraph, another operation, and other labels", async () => {
    await replica().plan(request);
    await replica("two").plan(request);
    await replica().plan({ ...request, document: "{ people { id } }" });
    await replica().plan({ ...request, overrides: new Map([["percent(5)", true]]) });
    expect(supergraph.asked).toHaveLength(4);
  });

  it.each(["", "not JSON", "null", "[]", '{"kind":"QueryPlan","node":{"kind":"Fetch"}}', '{"kind":"Plan"}'])(
    "that is stored as %j is ignored and made anew",
    async (corrupt) => {
      const plan = await replica().plan(request);
      for (const key of written.keys()) await store.set(key, corrupt, 60);
      expect(await replica().plan(request)).toEqual(plan);
      expect(supergraph.asked).toHaveLength(2);
      expect(await replica().plan(request)).toEqual(plan);
      expect(supergraph.asked).toHaveLength(2);
    },
  );

  it("that could send something to another subgraph than a planner would is not taken for its members alone", async () => {
    await replica().plan(request);
    const [[key = "", value = ""] = []] = written;
    await store.set(key, value.replace('"kind":"QueryPlan"', '"kind":"QueryPlan","extra":1'), 60);
    await replica().plan(request);
    expect(supergraph.asked).toHaveLength(2);
  });

  it.each([
    ["a text", '{ person(id: "hm1_somebody") { id } }'],
    ["a text in a variable's default", 'query($id: ID = "hm1_somebody") { person(id: $id) { id } }'],
    ["a long number", "{ person(id: 310012189912) { id } }"],
  ])("is kept in the process alone when its operation holds %s", async (_what, text) => {
    await replica().plan({ ...request, document: text });
    expect(written.size).toBe(0);
    await replica().plan({ ...request, document: "{ people(first: 100) { id } }" });
    expect(written.size).toBe(1);
  });

  it("is made without the store when that is down", async () => {
    const down = () => Promise.reject(new Error("no connection"));
    const plan = await replica("one", { ...store, get: down, set: down }).plan(request);
    expect(plan.kind).toBe("QueryPlan");
  });
});

describe.each([shop, mediaLibrary, town])("every plan over the $name", (fixture) => {
  it("is read again as it was written", { timeout: 60_000 }, async () => {
    const federation = await startFederation(fixture);
    const property = fc.asyncProperty(operationNumbers, async (numbers) => {
      const { document } = writeOperation(federation.schema, "query", numbers);
      fc.pre(validate(federation.schema, document).length === 0);
      const plan = await federation.plan(document);
      expect(readPlan(JSON.stringify(plan))).toEqual(plan);
    });
    // Always the same: some operations over the media wear the planner out.
    await fc.assert(property, { seed: 20_261_124, numRuns: 200 });
    await federation.close();
  });
});

describe("every kind of plan that the planner makes", () => {
  const sdl = composeSdl({
    a: `
      type Query { t: T u: U i: I all: [T!] }
      type Mutation { m: T n: T }
      type Subscription { s: T }
      interface I { id: ID! }
      union U = T | V
      type T implements I @key(fields: "id") { id: ID! x: Int y: String @shareable deep: T }
      type V implements I @key(fields: "id") { id: ID! w: Int }
    `,
    b: `
      type T @key(fields: "id") { id: ID! x: Int @external z(of: Int): Int @requires(fields: "x") o: [V!] }
      type V @key(fields: "id") { id: ID! v: Int }
      type Mutation { o: T }
    `,
  });

  it.each([
    "{ t { z } }",
    "{ t { deep { z o { w v } } } u { ... on V { v w } ... on T { a: z(of: 1) b: z(of: 2) } } i { id } }",
    "query($c: Boolean!) { t @include(if: $c) { z @skip(if: $c) o @include(if: $c) { v } } }",
    'query($c: Boolean!) { t { x ... @defer(if: $c, label: "later") { z o { v } } } all { ... @defer { z } } }',
    "mutation { m { z } o { x } n { o { w } } }",
    "subscription { s { x z o { v } } }",
    "{ __typename }",
  ])("is read again as it was stored: %s", async (text) => {
    const other = await loadWatched(sdl);
    const plan = await rememberPlans(other.planner, "kinds", store, log).plan({ ...request, document: text });
    expect(await rememberPlans(other.planner, "kinds", store, log).plan({ ...request, document: text })).toEqual(plan);
    expect(other.asked).toHaveLength(1);
    await other.planner.close();
  });
});
