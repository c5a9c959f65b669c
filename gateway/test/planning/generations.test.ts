import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMemoryStore } from "../../../platform/keyvalue.ts";
import { createLogger } from "../../../platform/log.ts";
import type { PlanRequest } from "../../planning/planner.ts";
import { readBusyOperations, tellBusyOperations } from "../../supergraph/busy-operations.ts";
import { createGeneration, type Generation } from "../../supergraph/generation.ts";
import { createGenerations, type Generations } from "../../supergraph/generations.ts";
import { loadSupergraph } from "../../supergraph/supergraph.ts";
import { anonymous, citizen, watched } from "./planners.ts";
import { composeSdl, lettersSdl } from "./supergraphs.ts";

const log = createLogger("generations", "silent");

/** The same people, who now have an age and no letters. */
const agesSdl = composeSdl({
  people: `
    type Query { person(id: ID!): Person people(first: Int = 10, named: String): [Person!]! }
    type Person @key(fields: "id") { id: ID! name: String age: Int }
  `,
});

const contracts = {
  filters: new Map([["narrow", { include: [], exclude: ["internal"] }]]),
  of: (admitted: typeof anonymous) => (admitted.kind === "signed in" ? "narrow" : undefined),
};

let generations: Generations<Generation>;
let asked: PlanRequest[];
let closed: string[];

async function open(sdl: string, before?: Generation): Promise<Generation> {
  const supergraph = await loadSupergraph(sdl);
  const planner = watched(supergraph.planner, asked);
  const generation = createGeneration({ ...supergraph, planner }, { contracts });
  await generation.warm(before?.busiest() ?? []);
  return {
    ...generation,
    close: async () => {
      closed.push(generation.id);
      await generation.close();
    },
  };
}

beforeEach(async () => {
  asked = [];
  closed = [];
  generations = createGenerations(await open(lettersSdl), open, log);
});
afterEach(() => generations.close());

function ask(query: string, admitted = anonymous) {
  const operation = generations.current().compile({ query, operationName: undefined, readOnly: false }, admitted);
  return operation.planned(admitted);
}

describe("a new generation", () => {
  it("goes live with what was asked most on the one before it, as far as that still fits", async () => {
    for (let i = 0; i < 3; i++) await ask("{ people { id name } }");
    await ask("{ people { letters { text } } }");
    await ask("{ people(first: 3) { name } }", citizen("somebody"));
    asked.length = 0;
    expect(await generations.reload(agesSdl)).toBe(true);
    const warmed = asked.length;
    expect(warmed).toBe(2);
    await ask("{ people { id, name } }");
    await ask("{ people(first: 3) { name } }", citizen("somebody else"));
    expect(asked).toHaveLength(warmed);
  });

  it("is told to whoever wants to know, until she does not", async () => {
    const told: string[] = [];
    generations.onChange(() => {
      throw new Error("cannot follow");
    });
    const stop = generations.onChange(({ id }) => told.push(id));
    await generations.reload(agesSdl);
    expect(told).toEqual([generations.current().id]);
    stop();
    await generations.reload(lettersSdl);
    expect(told).toHaveLength(1);
  });

  it("takes over while those before it are still used, and each closes after its last use", async () => {
    const first = generations.current();
    const release = Promise.withResolvers<void>();
    const uses = [1, 2].map(() => generations.use(async () => await release.promise));
    await generations.reload(agesSdl);
    expect(generations.current().id).not.toBe(first.id);
    expect(closed).toEqual([]);
    await first.compile({ query: "{ people { name } }", operationName: undefined, readOnly: false }, anonymous).warm();
    release.resolve();
    await Promise.all(uses);
    await expect.poll(() => closed).toEqual([first.id]);
  });

  it("is closed after use also when the use failed", async () => {
    const { id } = generations.current();
    await expect(generations.use(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await generations.reload(agesSdl);
    await expect.poll(() => closed).toEqual([id]);
  });

  it("does not come about when the supergraph is the same or cannot be served", async () => {
    const before = generations.current();
    expect(await generations.reload(lettersSdl)).toBe(true);
    expect(await generations.reload("type Query {")).toBe(false);
    expect(generations.current()).toBe(before);
    expect((await ask("{ people { id } }")).plan.kind).toBe("QueryPlan");
  });

  it("leaves no planner behind when a contract shows nothing of it", async () => {
    const supergraph = await loadSupergraph(lettersSdl);
    const nothing = { filters: new Map([["nothing", { include: ["none"], exclude: [] }]]), of: () => undefined };
    expect(() => createGeneration(supergraph, { contracts: nothing })).toThrow("leaves nothing to query");
    const late = supergraph.planner.plan({ document: "{ people { id } }", overrides: new Map() });
    await expect(late).rejects.toThrow("closed");
  });

  it("is the last of those that were asked for at once", async () => {
    const all = [agesSdl, "nothing", lettersSdl, agesSdl].map((sdl) => generations.reload(sdl));
    expect(await Promise.all(all)).toEqual([true, false, true, true]);
    expect(generations.current().supergraph.sdl).toBe(agesSdl);
    await nextTurn();
    expect(closed).toHaveLength(3);
  });
});

describe("a new replica", () => {
  it("starts with what was busy on another, but for operations with values written into them", async () => {
    const store = createMemoryStore();
    await ask("{ people { id } }");
    await ask('{ person(id: "somebody") { id } }');
    await tellBusyOperations(generations, store, log)();
    expect(await readBusyOperations(store, log)).toEqual([{ contract: null, text: "{\n  people {\n    id\n  }\n}" }]);
  });

  it("starts with nothing when the list cannot be read", async () => {
    const store = createMemoryStore();
    await store.set("busy-operations", '[{"text":1}]', 60);
    expect(await readBusyOperations(store, log)).toEqual([]);
    const down = () => Promise.reject(new Error("no connection"));
    expect(await readBusyOperations({ ...store, get: down }, log)).toEqual([]);
  });
});
