/** One test for every directive and feature of federation: `docs/federation.md` names them. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Federation, type Outcome, startFederation } from "./federation.ts";
import type { Arguments } from "./fixture.ts";
import { journal, ledger } from "./fixtures/ledger.ts";
import { mediaLibrary } from "./fixtures/media.ts";
import { shop } from "./fixtures/shop.ts";
import { town } from "./fixtures/town.ts";

const federations = new Map<string, Federation>();

beforeAll(async () => {
  for (const fixture of [shop, mediaLibrary, town, ledger]) {
    federations.set(fixture.name, await startFederation(fixture));
  }
});
afterAll(() => Promise.all([...federations.values()].map((federation) => federation.close())));

function over(name: string): Federation {
  const federation = federations.get(name);
  if (!federation) throw new Error(`no federation ${name}`);
  return federation;
}

/** The answer, which is also that of one schema over all the data. */
async function answered(name: string, query: string, variables: Arguments = {}): Promise<Outcome> {
  const outcome = await over(name).ask(query, variables);
  const expected = await over(name).askMonolith(query, variables);
  expect(expected.errors).toBeUndefined();
  expect({ data: outcome.data, errors: outcome.errors }).toEqual({ data: JSON.parse(JSON.stringify(expected.data)) });
  return outcome;
}

function asked({ calls }: Outcome): string[] {
  return calls.map(({ subgraph }) => subgraph);
}

describe("@key", () => {
  it("leads over several hops to a subgraph that shares no key with the first", async () => {
    const { data, calls } = await answered("shop", `{ product(id: "p1") { lot { year row { shelf } } } }`);
    expect(data).toEqual({ product: { lot: { year: 2021, row: { shelf: "s1" } } } });
    expect(calls.map(({ subgraph }) => subgraph)).toEqual(["catalogue", "stores", "freight"]);
  });

  it("may be compound and nested", async () => {
    const { calls } = await answered("shop", `{ products { brand { motto } } }`);
    const representation = { __typename: "Brand", name: "Acme", country: { code: "IS" } };
    expect(calls[1]?.variables.representations).toContainEqual(representation);
  });

  it("that is not resolvable is still a way out", async () => {
    const outcome = await answered("shop", `{ me { favourite { title } } }`);
    expect(asked(outcome)).toEqual(["people", "catalogue"]);
  });

  it("that is null asks for nothing", async () => {
    const outcome = await answered("shop", `{ product(id: "p4") { brand { motto } } }`);
    expect(asked(outcome)).toEqual(["catalogue"]);
  });

  it("asks once for an entity that comes up many times", async () => {
    const { calls } = await answered("shop", `{ reviews { author { email } } bestReview { author { email } } }`);
    const representations = calls.flatMap(({ variables }) => Object.values(variables).flat());
    expect(new Set(representations.map((each) => JSON.stringify(each))).size).toBe(2);
  });

  it("asks a subgraph for entities of two paths in one call", async () => {
    const outcome = await answered("shop", `{ products { reviews { text } } product(id: "p1") { note } }`);
    expect(asked(outcome)).toEqual(["catalogue", "reviews"]);
  });
});

describe("@requires", () => {
  it("hands a field what others own, also nested", async () => {
    const { data } = await answered("shop", `{ product(id: "p2") { duty } }`);
    expect(data).toEqual({ product: { duty: "20/2" } });
  });

  it("may require what requires something itself", async () => {
    const { data } = await answered("shop", `{ product(id: "p1") { freight } }`);
    expect(data).toEqual({ product: { freight: "freight for 10/1" } });
  });

  it("hands over null where the required field is null", async () => {
    const { data } = await answered("shop", `{ product(id: "p4") { duty } }`);
    expect(data).toEqual({ product: { duty: "40/?" } });
  });

  it("with arguments does not clash with the arguments of the client", async () => {
    // Apollo's planner merges both by name, and its gateway answers "CNY 2" here.
    const { data } = await answered("shop", `{ product(id: "p1") { price(currency: USD) inYuan } }`);
    expect(data).toEqual({ product: { price: 2, inYuan: "CNY 8" } });
  });

  it("does not take away other fields when it is left out", async () => {
    // Apollo's gateway asks for both with one representation, which is incomplete without `greeting`.
    const query = `query ($greet: Boolean!) { me { greeting @include(if: $greet) reviews { id } } }`;
    const { data } = await answered("shop", query, { greet: false });
    expect(data).toEqual({ me: { reviews: [{ id: "r1" }, { id: "r3" }] } });
  });
});

describe("names", () => {
  it("of keys may be aliases of other fields", async () => {
    // Apollo's gateway answers with the key.
    const { data } = await answered("shop", `{ me { id: email reviews { id: text } } }`);
    expect(data).toEqual({ me: { id: "ada@example.test", reviews: [{ id: "Good" }, { id: "So so" }] } });
  });

  it("of required fields may be aliases of other fields, __typename too", async () => {
    const { data } = await answered("shop", `{ product(id: "p1") { weight: title freight __typename: oldTitle } }`);
    expect(data).toEqual({
      product: { weight: "Product 1", freight: "freight for 10/1", __typename: "Product 1" },
    });
  });
});

describe("@provides and @external", () => {
  it("spare the call to the owner on the path that provides", async () => {
    const outcome = await answered("shop", `{ bestReview { author { name } product { title } } }`);
    expect(asked(outcome)).toEqual(["reviews"]);
  });

  it("provide nothing on other paths", async () => {
    const outcome = await answered("shop", `{ reviews { author { name } } }`);
    expect(asked(outcome)).toEqual(["reviews", "people"]);
  });
});

describe("@shareable", () => {
  it("lets any subgraph answer, so nobody else is asked", async () => {
    expect(asked(await answered("town", `{ guides { id } version }`))).toEqual(["guides"]);
  });
});

describe("@override", () => {
  it("moves a field to its new subgraph", async () => {
    const { calls } = await answered("shop", `{ products { oldTitle } }`);
    expect(calls.filter(({ query }) => query.includes("oldTitle")).map(({ subgraph }) => subgraph)).toEqual([
      "freight",
    ]);
  });

  it.each([
    [false, 10],
    [true, 11],
  ])("with a label moves it as the label decides: %s", async (on, limit) => {
    const overrides = new Map([["percent(25)", on]]);
    const { data } = await over("ledger").ask(`{ accounts { limit } }`, {}, { overrides });
    expect(data).toEqual({ accounts: [{ limit }, { limit: limit + 10 }] });
  });
});

describe("@inaccessible", () => {
  it("keeps types, fields, enum values and input fields from clients", () => {
    const { schema, supergraphSdl } = over("town");
    expect(supergraphSdl).toContain("HIDDEN");
    expect(schema.getType("Mood")?.toConfig()).not.toHaveProperty("values.HIDDEN");
    expect(schema.getType("Filter")?.toConfig()).not.toHaveProperty("fields.hidden");
    expect(over("shop").schema.getType("Review")?.toConfig()).not.toHaveProperty("fields.secret");
  });
});

describe("an enum value that is @inaccessible", () => {
  it("is null in an answer, without an error", async () => {
    const { data, errors } = await over("ledger").ask(`{ ink }`);
    expect({ data, errors }).toEqual({ data: { ink: null }, errors: undefined });
  });

  it("is an error where null may not stand", async () => {
    const { data, errors } = await over("ledger").ask(`{ inks accounts { id } }`);
    expect(data).toEqual({ inks: null, accounts: [{ id: "a1" }, { id: "a2" }] });
    expect(errors).toMatchObject([{ path: ["inks", 1], extensions: { code: "INTERNAL_SERVER_ERROR" } }]);
  });
});

describe("@interfaceObject", () => {
  it("adds fields to all types of an entity interface", async () => {
    const { data } = await answered("media", `{ media { id rating } medium(id: "m5") { ... on Song { rating } } }`);
    expect(data?.medium).toEqual({ rating: 2 });
  });

  it("finds out the type of an object where it matters", async () => {
    const { data } = await answered("media", `{ topRated { __typename id ... on Film { minutes } } }`);
    expect(data).toEqual({
      topRated: [
        { __typename: "Film", id: "m3", minutes: 117 },
        { __typename: "Song", id: "m5" },
        { __typename: "Book", id: "m2" },
      ],
    });
  });

  it("asks no more where it does not matter", async () => {
    expect(asked(await answered("media", `{ topRated { id rating } }`))).toEqual(["ratings"]);
  });

  it("may require fields of the interface", async () => {
    // Apollo's planner asks for `rating` beside the fetch that needs it, and its gateway gives nothing.
    const { data } = await answered("media", `{ medium(id: "m1") { related { ... on Song { blurb } } } }`);
    expect(data).toEqual({ medium: { related: [{}, {}, { blurb: "Imagine: 2" }] } });
  });

  it("does not hide the type of what it adds to", async () => {
    // Apollo's gateway takes "Media" for the type of the book.
    const { data } = await answered("media", `{ medium(id: "m1") { ... on Book { rating __typename } } }`);
    expect(data).toEqual({ medium: { rating: 4, __typename: "Book" } });
  });

  it("that nobody can resolve gives an error and a null", async () => {
    const { data, errors } = await over("ledger").ask(`{ node { id } accounts { id } }`);
    expect(data).toEqual({ node: null, accounts: [{ id: "a1" }, { id: "a2" }] });
    expect(errors).toMatchObject([{ path: ["node"], extensions: { code: "INTERNAL_SERVER_ERROR" } }]);
  });
});

describe("a field to which the planner sees no way", () => {
  it("is an error, and not merely null", async () => {
    // Apollo's gateway answers null and says nothing.
    const { data, errors } = await over("ledger").ask(`{ node { label } accounts { id } }`);
    expect(data).toEqual({ node: null, accounts: [{ id: "a1" }, { id: "a2" }] });
    expect(errors).toMatchObject([{ path: ["node"], extensions: { code: "INTERNAL_SERVER_ERROR" } }]);
  });

  it("does not keep what its interface itself gives", async () => {
    const { data, errors } = await over("ledger").ask(`{ thing { id label } }`);
    expect({ data, errors }).toEqual({ data: { thing: { id: "n1", label: "a node" } }, errors: undefined });
  });
});

describe("abstract types", () => {
  it("may have other members in each subgraph", async () => {
    const { data } = await answered("media", `{ search { __typename ... on Maker { name } ... on Media { title } } }`);
    expect(data?.search).toEqual([
      { __typename: "Book", title: "Dune" },
      { __typename: "Studio", name: "Fox" },
      { __typename: "Film", title: "Brazil" },
      { __typename: "Person", name: "Frank" },
    ]);
  });

  it("may have fields that differ from subgraph to subgraph", async () => {
    const { data } = await answered("town", `{ places { name trees guides { language } } }`);
    expect(data?.places).toHaveLength(3);
  });

  it("tell their types on every path and under any alias", async () => {
    const { data } = await answered("town", `{ t: __typename grid { kind: __typename __typename } }`);
    expect(data?.t).toBe("Query");
  });
});

describe("@context and @fromContext", () => {
  it("hand down a value of an object above", async () => {
    const { data } = await answered("town", `{ districts { desk { ticket { price label } } } }`);
    expect(data).toEqual({
      districts: [
        { desk: { ticket: { price: "1 CNY", label: "ticket t1" } } },
        { desk: { ticket: { price: "7 EUR", label: "ticket t2" } } },
      ],
    });
  });
});

describe("inputs and enums", () => {
  it("reach subgraphs as far as all of them know them", async () => {
    expect(over("town").schema.getType("Point")?.toConfig()).not.toHaveProperty("fields.z");
    const query = `query ($at: Point!) { byMood(mood: LOUD) { tree(at: $at) } echo(filter: { moods: [CALM], deep: {} }) }`;
    const { data } = await answered("town", query, { at: { x: 1 } });
    expect(data?.byMood).toEqual([{ tree: `{"x":1,"y":0}` }]);
  });
});

describe("custom scalars", () => {
  it("pass through whatever they are", async () => {
    const query = `query ($any: Anything) { places { ... on Park { opened area } } echoes(any: $any, list: [[1], null]) }`;
    const { data } = await answered("town", query, { any: { deep: [1, null, "ü"] } });
    expect(data?.echoes).toEqual(["[[1],null]", "null", `{"deep":[1,null,"ü"]}`]);
  });
});

describe("@skip and @include", () => {
  it("hold on variables with defaults, and leave objects of which nothing is selected", async () => {
    const query = `query ($no: Boolean = false) { me { ... @include(if: $no) { id } } users @skip(if: $no) { id } }`;
    const { data } = await answered("shop", query);
    // Apollo's planner does not ask for `me` at all, and its gateway answers null.
    expect(data).toEqual({ me: {}, users: [{ id: "u1" }, { id: "u2" }] });
  });
});

describe("root types", () => {
  it("may have other names in subgraphs", async () => {
    // Apollo's planner sends `... on Query` to a subgraph that knows no such type.
    const query = `query ($v: Boolean!) { ... on Query @include(if: $v) { guides { id } } }`;
    const { data } = await answered("town", query, { v: true });
    expect(data).toEqual({ guides: [{ id: "g1" }, { id: "g2" }] });
  });
});

describe("mutations", () => {
  it("run one after the other over subgraphs, in the order of the client", async () => {
    journal.length = 0;
    const query = `mutation { a: write(text: "1") { text account { owner } } b: stamp(text: "2") { id owner } c: write(text: "3") { id } }`;
    const { data } = await over("ledger").ask(query);
    expect(journal).toEqual(["books: 1", "stamps: 2", "books: 3"]);
    expect(data).toEqual({
      a: { text: "1", account: { owner: "Ada" } },
      b: { id: "a2", owner: "Lin" },
      c: { id: "e3" },
    });
  });
});

describe("@composeDirective", () => {
  it("lets clients use the directives of subgraphs", async () => {
    const { data, errors } = await over("ledger").ask(`{ accounts @marked { owner @marked(as: "x") } }`);
    expect(errors).toBeUndefined();
    expect(data).toEqual({ accounts: [{ owner: "Ada" }, { owner: "Lin" }] });
    expect(over("ledger").schema.getDirective("marked")).toBeDefined();
  });
});

describe("a subgraph that is down", () => {
  it("takes its own fields with it, with one error for each", async () => {
    const down = new Set(["stores"]);
    const { data, errors } = await over("shop").ask(`{ product(id: "p1") { title stock } me { name } }`, {}, { down });
    expect(data).toEqual({ product: { title: "Product 1", stock: null }, me: { name: "Ada" } });
    expect(errors).toMatchObject([{ path: ["product", "stock"], extensions: { code: "SUBGRAPH_UNAVAILABLE" } }]);
  });

  it("takes with it what hangs on its keys", async () => {
    const down = new Set(["freight"]);
    const { data, errors } = await over("shop").ask(`{ product(id: "p1") { title weight stock } }`, {}, { down });
    expect(data).toEqual({ product: { title: "Product 1", weight: null, stock: 3 } });
    expect(errors).toMatchObject([{ path: ["product", "weight"], extensions: { code: "SUBGRAPH_UNAVAILABLE" } }]);
  });
});
