import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ask, askOffices, callerOf, type Places, startPlaces } from "./cached-places.ts";

let places: Places;
const ann = callerOf("ann");
const bob = callerOf("bob");

beforeEach(async () => {
  places = await startPlaces();
});
afterEach(() => places.close());

/** How often the subgraphs were asked when `query` comes twice from the first and once from the second. */
async function callsFor(query: string, [first, second] = [ann, bob]): Promise<number> {
  places.asked.length = 0;
  for (const caller of [first, first, second]) await ask(places, caller, query);
  return places.asked.length;
}

describe("a hint in the schema", () => {
  it("lets a query that is public in every part be kept for everybody", async () => {
    expect(await callsFor("{ notices { text } }")).toBe(1);
    expect(await callsFor("{ notices { text __typename inherits { note } } }")).toBe(1);
  });

  it("on a type counts for fields that have none", async () => {
    expect((await ask(places, ann, "{ unhinted { text } }")).cacheability).toMatchObject({ maxAgeSeconds: 100 });
  });

  it("lets what is not marked as public be kept for one caller alone", async () => {
    expect(await callsFor("{ mine { text } }")).toBe(2);
    expect(await callsFor("{ notices { text author } }")).toBe(2);
  });

  it.each([
    ["it has none", "{ count }"],
    ["a root field has none", "{ notices { text } count }"],
    ["an object below has none", "{ notices { text forgets { note } } }"],
    ["a field of an entity has none", "{ offices { queue notice { text } moved } }"],
    ["the field was overridden by another subgraph", "{ offices { moved } }"],
  ])("lets nothing be kept when %s", async (_name, query) => {
    expect(await callsFor(query)).toBe(3);
  });

  it("on a field that was overridden does not count: it may be that of the subgraph that lost the field", async () => {
    const hours = { subgraph: "hours" } as const;
    expect((await askOffices(places, ann, ["1"], "hours", hours)).cacheability?.maxAgeSeconds).toBe(120);
    expect((await askOffices(places, ann, ["1"], "hours moved", hours)).cacheability).toBeUndefined();
  });

  it("on a type of several subgraphs does not count: nobody knows whose it is", async () => {
    expect((await askOffices(places, ann, ["1"], "name")).cacheability).toMatchObject({
      scope: "PUBLIC",
      maxAgeSeconds: 60,
    });
    expect((await askOffices(places, ann, ["1"], "name queue")).cacheability).toBeUndefined();
    expect((await askOffices(places, ann, ["1"], "name number")).cacheability).toBeUndefined();
  });

  it("limits the life of the whole to that of its shortest part", async () => {
    expect((await ask(places, ann, "{ notices { text } }")).cacheability?.maxAgeSeconds).toBe(60);
    expect((await ask(places, ann, "{ notices { text short } }")).cacheability?.maxAgeSeconds).toBe(5);
    places.pass(4);
    expect((await ask(places, ann, "{ notices { text short } }")).cacheability).toMatchObject({ ageSeconds: 4 });
    places.pass(1);
    expect((await ask(places, ann, "{ notices { text short } }")).cacheability).toMatchObject({ ageSeconds: 0 });
    expect(places.asked).toHaveLength(3);
  });

  it.each([
    ["the citizen herself", "{ me { lucky } }"],
    ["her ID alone", "{ me { __typename } }"],
    ["what is reached from her, on a type marked as public", "{ me { home { district } } }"],
    ["a field that is given a citizen ID", '{ officeOf(citizen: "x") { name } }'],
    ["a union that may hold a citizen", "{ maybe { ... on Notice { text } ... on Citizen { lucky } } }"],
    ["the same in a named fragment", "query { maybe { ...f } } fragment f on Citizen { lucky }"],
  ])("never makes public what is personal by its place in the graph: %s", async (_name, query) => {
    expect(await callsFor(query)).toBe(2);
    const { cacheability } = await ask(places, ann, query);
    expect(cacheability?.scope).toBe("PRIVATE");
  });

  it("keeps a public answer from callers whom the subgraph would refuse", async () => {
    expect(await callsFor("{ notices { text } }", [ann, callerOf("eve", { scopes: new Set() })])).toBe(2);
  });

  it("keeps nothing for somebody who is not signed in", async () => {
    await ask(places, ann, "{ notices { text } }");
    const request = {
      kind: "query",
      query: "{ notices { text } }",
      queryJson: "",
      variables: "",
      entities: [],
    } as const;
    const log = { debug: () => {}, warn: () => {}, error: () => {} };
    const { data } = await places.cache.call("places", request, { admitted: { kind: "anonymous" }, log });
    expect(data).toBeNull();
  });
});

describe("the headers of an answer", () => {
  it.each([
    ["no-store", { "cache-control": "no-store" }],
    ["no-cache", { "cache-control": "public, No-Cache" }],
    ["no life", { "cache-control": "max-age=0" }],
    ["a life that is over", { "cache-control": "max-age=30", age: "30" }],
    ["what cannot be read", { "cache-control": "max-age=soon" }],
    ["an age that cannot be read", { age: "-1" }],
    ["Vary: *", { vary: "Accept, *" }],
  ])("forbid keeping by %s", async (_name, headers) => {
    places.headers = headers;
    expect(await callsFor("{ notices { text } }")).toBe(3);
    expect((await ask(places, ann, "{ notices { text } }")).cacheability).toBeUndefined();
  });

  it.each([{ "cache-control": "private" }, { vary: "accept, x-asker" }])(
    "keep a public answer from everybody: %j",
    async (headers) => {
      places.headers = headers;
      expect(await callsFor("{ notices { text } }")).toBe(3);
      expect((await ask(places, ann, "{ notices { text } }")).cacheability?.scope).toBe("PRIVATE");
    },
  );

  it("shorten a life and never lengthen it", async () => {
    places.headers = { "cache-control": 'max-age="20", public', age: "5", vary: "accept-encoding" };
    const { cacheability } = await ask(places, ann, "{ notices { text } }");
    expect(cacheability).toEqual({ maxAgeSeconds: 20, ageSeconds: 5, scope: "PUBLIC" });
    places.pass(14);
    expect((await ask(places, ann, "{ notices { text } }")).cacheability?.ageSeconds).toBe(19);
    places.pass(1);
    await ask(places, ann, "{ notices { text } }");
    expect(places.asked).toHaveLength(2);
    places.headers = { "cache-control": "max-age=86400, s-maxage=86400" };
    expect((await ask(places, ann, "{ notices { text short } }")).cacheability?.maxAgeSeconds).toBe(5);
  });
});

describe("a list of entities", () => {
  it("is put together in order from what is kept and what is asked for", async () => {
    await askOffices(places, ann, ["2", "4"], "name");
    const { data, errors, cacheability } = await askOffices(places, bob, ["1", "2", "3", "4"], "name");
    expect(data).toEqual({ _entities: ["1", "2", "3", "4"].map((id) => ({ name: `Office ${id}` })) });
    expect(errors).toEqual([]);
    expect(cacheability).toMatchObject({ scope: "PUBLIC", ageSeconds: 0 });
    expect(places.asked[1]?.variables.representations).toEqual([
      { __typename: "Office", id: "1" },
      { __typename: "Office", id: "3" },
    ]);
    await askOffices(places, ann, ["4", "3", "2", "1"], "name");
    expect(places.asked).toHaveLength(2);
  });

  it("is as old as its oldest part and lives as long as its shortest", async () => {
    await askOffices(places, ann, ["1"], "name");
    places.pass(40);
    const { cacheability } = await askOffices(places, ann, ["1", "2"], "name");
    expect(cacheability).toEqual({ maxAgeSeconds: 60, ageSeconds: 40, scope: "PUBLIC" });
  });

  it("gives every reader a tree of its own", async () => {
    const first = await askOffices(places, ann, ["1"], "name");
    Object.assign(first.data?._entities ?? {}, { 0: "changed" });
    const again = await askOffices(places, ann, ["1"], "name");
    expect(again.data).toEqual({ _entities: [{ name: "Office 1" }] });
  });

  it("keeps no entity that was not found", async () => {
    const { data, cacheability } = await askOffices(places, ann, ["gone"], "name");
    expect(data).toEqual({ _entities: [null] });
    expect(cacheability).toBeUndefined();
    await askOffices(places, ann, ["gone"], "name");
    expect(places.asked).toHaveLength(2);
  });

  it("keeps nothing of an answer with an error, which moves to the place of its entity", async () => {
    await askOffices(places, ann, ["1"], "name");
    places.failing = "in part";
    const { errors, cacheability } = await askOffices(places, ann, ["1", "2", "3"], "name");
    expect(errors).toMatchObject([{ code: "FORBIDDEN", path: ["_entities", 1, "name"] }]);
    expect(cacheability).toBeUndefined();
    await askOffices(places, ann, ["1", "2", "3"], "name");
    expect(places.asked.map(({ variables }) => variables.representations?.length)).toEqual([1, 2, 2]);
  });

  it("loses the missing entities alone when the call fails", async () => {
    await askOffices(places, ann, ["1"], "name");
    places.failing = "whole";
    const { data, errors } = await askOffices(places, ann, ["2", "1"], "name title: name __typename");
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ code: "FORBIDDEN" }]);
    const partly = await askOffices(places, ann, ["2", "1"], "name");
    expect(partly.data).toEqual({ _entities: [null, { name: "Office 1" }] });
    expect(partly.errors).toMatchObject([{ code: "FORBIDDEN", path: ["_entities", 0, "name"] }]);
  });

  it("of several in one call is asked for as far as it is missing, by its alias", async () => {
    const query = `query($a:[_Any!]!,$b:[_Any!]!){
      _0:_entities(representations:$a){...on Office{name}} _1:_entities(representations:$b){...on Office{queue}}}`;
    await askOffices(places, ann, ["1", "2"], "name");
    const representations = ["1", "2"].map((id) => JSON.stringify({ __typename: "Office", id }));
    const entities = [
      { variable: "a", responseName: "_0", representations },
      { variable: "b", responseName: "_1", representations: representations.slice(0, 1) },
    ];
    const { data, cacheability } = await ask(places, ann, query, { entities });
    expect(data).toEqual({ _0: [{ name: "Office 1" }, { name: "Office 2" }], _1: [{ queue: 3 }] });
    expect(cacheability).toBeUndefined();
    expect(places.asked[1]?.variables).toEqual({ a: [], b: [{ __typename: "Office", id: "1" }] });
  });
});

describe("an invalidation", () => {
  it("of one entity makes it be asked for again, whichever key names it, and leaves the others", async () => {
    await askOffices(places, ann, ["1", "2"], "name");
    await places.cache.invalidate("places", ['Office:{"id":1}']);
    await askOffices(places, bob, ["1", "2"], "name");
    expect(places.asked[1]?.variables.representations).toEqual([{ __typename: "Office", id: "1" }]);
  });

  it("by a compound key finds the entity that was fetched by it", async () => {
    const query = "query($r:[_Any!]!){_entities(representations:$r){...on Office{name}}}";
    const office = (number: number) =>
      JSON.stringify({ number, __typename: "Office", street: { name: "Long", more: 1 } });
    const entities = [{ variable: "r", responseName: "_entities", representations: [office(1), office(2)] }];
    await ask(places, ann, query, { entities });
    await places.cache.invalidate("places", ['Office:{"street":{"name":"Long"},"number":2}']);
    await ask(places, ann, query, { entities });
    expect(places.asked.map(({ variables }) => Object.values(variables).flat().length)).toEqual([2, 1]);
  });

  it("reaches answers that hold the entity somewhere below", async () => {
    await ask(places, ann, "{ offices { name } }");
    await places.cache.invalidate("places", ['Office:{"id":"9"}']);
    await ask(places, ann, "{ offices { name } }");
    expect(places.asked).toHaveLength(2);
  });

  it.each([
    ["a type", "Office"],
    ["an entity by what is no key", 'Office:{"colour":"red"}'],
    ["an entity by what is no JSON", "Office:{id}"],
    ["everything", "*"],
    ["what cannot be read", "all the offices"],
  ])("of %s forgets all of it", async (_name, tag) => {
    await askOffices(places, ann, ["1", "2"], "name");
    await places.cache.invalidate("places", [tag]);
    await askOffices(places, ann, ["1", "2"], "name");
    expect(places.asked).toHaveLength(2);
  });

  it.each(["*", "Office", 'Office:{"id":"1"}'])("by another subgraph forgets nothing: %s", async (tag) => {
    await askOffices(places, ann, ["1"], "name");
    await places.cache.invalidate("hours", [tag]);
    await askOffices(places, ann, ["1"], "name");
    expect(places.asked).toHaveLength(1);
  });

  it("while the entity is being fetched keeps the old state from being kept", async () => {
    places.meanwhile = () => places.cache.invalidate("places", ['Office:{"id":"1"}']);
    await askOffices(places, ann, ["1"], "name");
    places.meanwhile = async () => {};
    await askOffices(places, ann, ["1"], "name");
    await askOffices(places, ann, ["1"], "name");
    expect(places.asked).toHaveLength(2);
  });

  it("on one replica holds on all", async () => {
    const other = places.replica();
    await askOffices(places, ann, ["1"], "name");
    await askOffices(places, ann, ["1"], "name", { cache: other });
    expect(places.asked).toHaveLength(1);
    await other.invalidate("places", ["Office"]);
    await askOffices(places, ann, ["1"], "name");
    expect(places.asked).toHaveLength(2);
  });

  it("is part of every change that she makes herself", async () => {
    await ask(places, ann, "{ mine { text } }");
    await ask(places, bob, "{ mine { text } }");
    await ask(places, ann, "mutation { move }", { kind: "mutation" });
    await ask(places, ann, "{ mine { text } }");
    await ask(places, bob, "{ mine { text } }");
    expect(places.asked.map(({ query }) => query)).toEqual([
      "{ mine { text } }",
      "{ mine { text } }",
      "mutation { move }",
      "{ mine { text } }",
    ]);
  });
});
