import { composeServices } from "@apollo/composition";
import { parse } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createMemoryStore } from "../../platform/keyvalue.ts";
import { createLogger } from "../../platform/log.ts";
import { admitEverybody } from "../admission/admit.ts";
import { createEntrance } from "../admission/entrance.ts";
import type { Boundary } from "../boundary/boundary.ts";
import { forwardedCredentials } from "../boundary/credentials.ts";
import { createCarryOut } from "../carry-out.ts";
import { createDocuments } from "../http/documents.ts";
import { startSubscriptions } from "../live/live.ts";
import { createPipeline, type Pipeline } from "../pipeline.ts";
import { createGeneration } from "../supergraph/generation.ts";
import { createGenerations } from "../supergraph/generations.ts";
import { type LoadedSupergraph, loadSupergraph } from "../supergraph/supergraph.ts";
import { newCitizenId, startCity, type TestCity } from "./city.ts";

const shelves = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@cost", "@listSize"])
  type Query {
    shelf: Shelf
    shelves(filter: Filter): [Shelf!]
    books(first: Int = 5, last: Int): BookPage @listSize(slicingArguments: ["first", "last"], sizedFields: ["edges"])
    page(size: Int, from: Int): [Book!] @listSize(slicingArguments: ["size"], requireOneSlicingArgument: false, assumedSize: 20)
    search(text: String @cost(weight: 3)): [Item!] @listSize(assumedSize: 4)
    dear: Shelf @cost(weight: 50)
  }
  type Mutation { stack: Shelf }
  input Filter { room: Int floor: Int @cost(weight: 2) inner: Filter }
  type Shelf @key(fields: "id") { id: ID! books: [Book!] seal: Seal }
  type BookPage { edges: [Book!]! total: Int }
  type Book @cost(weight: 2) { title: String shelf: Shelf }
  type Map { title: String scale: Int shelf: Shelf }
  union Item = Book | Map
  scalar Seal @cost(weight: 7)
`;

/** The same under other names, as a subgraph may import them. */
const renamed = shelves
  .replace('"@cost", "@listSize"', '{ name: "@cost", as: "@price" }, { name: "@listSize", as: "@length" }')
  .replaceAll("@cost(", "@price(")
  .replaceAll("@listSize(", "@length(");

const never: Boundary = {
  async call() {
    throw new Error("an operation that is too dear must not be executed");
  },
  async close() {},
};
const log = createLogger("cost", "silent");

/** Generations that never change. */
function only(supergraph: LoadedSupergraph) {
  const refuse = () => Promise.reject(new Error("no other supergraph"));
  return createGenerations({ ...createGeneration(supergraph), boundary: never }, refuse, log);
}

function pipelineOver(supergraph: LoadedSupergraph, maxCost: number): Pipeline {
  const enter = createEntrance(admitEverybody);
  const generations = only(supergraph);
  const documents = createDocuments(createMemoryStore());
  const subscriptions = startSubscriptions({ generations, credentials: forwardedCredentials, log });
  return createPipeline({ enter, carryOut: createCarryOut({ generations, documents, subscriptions, maxCost }) });
}

async function supergraphOf(typeDefs: string): Promise<LoadedSupergraph> {
  const { supergraphSdl, errors } = composeServices([
    { name: "shelves", url: "http://shelves.invalid", typeDefs: parse(typeDefs) },
  ]);
  if (!supergraphSdl) throw new Error(errors?.join("\n"));
  return await loadSupergraph(supergraphSdl);
}

let supergraph: LoadedSupergraph;
let pipeline: Pipeline;
beforeAll(async () => {
  supergraph = await supergraphOf(shelves);
  pipeline = pipelineOver(supergraph, -1);
});
afterAll(() => supergraph.planner.close());

interface Refusal {
  readonly errors: readonly [{ readonly message: string; readonly extensions: { readonly code: string } }];
}

async function refusal(query: string, variables: object = {}, ask = pipeline) {
  const body = JSON.stringify({ query, variables });
  const headers = { "content-type": "application/json", accept: "application/graphql-response+json" };
  const request = {
    method: "POST",
    url: "/graphql",
    headers,
    body,
    address: "::1",
  };
  const response = await ask(request, log);
  const { message, extensions } = (JSON.parse(String(response.body)) as Refusal).errors[0];
  return { status: response.status, message, code: extensions.code };
}

/** A gateway that allows nothing says with each refusal what it estimated. */
async function cost(query: string, variables?: object, ask?: Pipeline): Promise<number> {
  const { code, message } = await refusal(query, variables, ask);
  expect(code, message).toBe("COST_ESTIMATED_TOO_EXPENSIVE");
  return Number(/estimated to cost (\d+)/.exec(message)?.[1]);
}

describe("the estimated cost of an operation", () => {
  it.each([
    ["an object is 1 and a leaf nothing", "{ shelf { id } }", 1],
    ["a list of which the schema says nothing is ten items", "{ shelves { id } }", 10],
    ["a list in a list is multiplied", "{ shelves { books { title } } }", 10 * (1 + 10 * 2)],
    ["@cost of a type counts for each of its objects", "{ shelf { books { title } } }", 1 + 10 * 2],
    ["@cost of a scalar counts", "{ shelf { seal } }", 1 + 7],
    ["@cost of a field takes the place of its type's", "{ dear { id } }", 50],
    ["@listSize assumes a size", "{ search { ... on Book { title } } }", 4 * (1 + 0)],
    ["a slicing argument sizes the list below", "{ books(last: 3) { edges { title } total } }", 1 + 3 * 2],
    ["the default of a slicing argument counts when none is given", "{ books { edges { title } } }", 1 + 5 * 2],
    ["a slicing argument of the list itself counts", "{ page(size: 7) { title } }", 7 * 2],
    ["without a slicing argument the assumed size counts", "{ page(from: 1) { title } }", 20 * 2],
    ["a negative slice is an empty one", "{ page(size: -5) { title } }", 0],
    ["an argument may cost", '{ search(text: "a") { __typename } }', 3 + 4],
    ["an input object is 1 and its members cost", "{ shelves(filter: {floor: 1, inner: {room: 2}}) { id } }", 4 + 10],
    [
      "of fragments on several types the dearest counts",
      "{ search { ... on Book { shelf { id } } ... on Map { shelf { seal } } } }",
      4 * (1 + 8),
    ],
    [
      "fragments count where they are spread",
      "{ a: shelf { ...F } b: shelf { ...F } } fragment F on Shelf { seal }",
      16,
    ],
    ["what is skipped costs nothing", "{ shelf @skip(if: true) { id } dear @include(if: false) { id } }", 0],
    ["a mutation is 10 more", "mutation { stack { id } }", 11],
    ["questions about the schema are free", "{ __schema { types { name } } __typename }", 0],
  ])("%s", async (_rule, query, expected) => {
    expect(await cost(query)).toBe(expected);
  });

  it("follows the variables of each request", async () => {
    const query = `query($n: Int, $books: Boolean!, $filter: Filter) {
      books(last: $n) { edges @include(if: $books) { title } }
      shelves(filter: $filter) { id }
    }`;
    expect(await cost(query, { n: 100, books: true })).toBe(1 + 200 + 10);
    expect(await cost(query, { n: 2, books: true })).toBe(1 + 4 + 10);
    expect(await cost(query, { n: 100, books: false })).toBe(1 + 10);
    expect(await cost(query, { books: true, filter: { floor: 3 } })).toBe(1 + 10 + 10 + 3);
  });

  it("is the same whatever names the directives were imported under", async () => {
    const other = await supergraphOf(renamed);
    const ask = pipelineOver(other, -1);
    expect(await cost("{ books(last: 3) { edges { title } } dear { id } }", {}, ask)).toBe(1 + 6 + 50);
    await other.planner.close();
  });

  it("refuses a list that must be sliced one way and is sliced both ways", async () => {
    const query = "query($n: Int) { books(first: 1, last: $n) { edges { title } } }";
    expect(await refusal(query, { n: 1 })).toMatchObject({
      code: "GRAPHQL_VALIDATION_FAILED",
      message: 'The field "books" needs exactly one of its arguments first, last.',
    });
    expect(await cost(query)).toBe(1 + 2);
  });

  it("is held against the most that is allowed, before any subgraph is asked", async () => {
    const ask = pipelineOver(supergraph, 9);
    expect(await refusal("{ shelves { id } }", {}, ask)).toEqual({
      status: 400,
      code: "COST_ESTIMATED_TOO_EXPENSIVE",
      message:
        "The operation is estimated to cost 10, and at most 9 is allowed. Ask for shorter lists or fewer fields at once.",
    });
  });
});

describe("the city", () => {
  let city: TestCity;
  beforeAll(async () => {
    city = await startCity({ settings: { HUIMIN_MAX_COST: "400" } });
  });
  afterAll(() => city.close());

  it("refuses more than its setting allows, by the sizes of its own connections", async () => {
    const query = "query($n: Int) { me { bills(first: $n) { edges { node { amount { amount } } } } } }";
    const token = await city.token(newCitizenId());
    const calls = city.subgraphs.utilities.calls.length;
    const refused = await city.query(query, { token, variables: { n: 100_000 } });
    expect(refused.status).toBe(400);
    expect(refused.errors?.[0]?.message).toContain("estimated to cost 300002, and at most 400 is allowed");
    expect(city.subgraphs.utilities.calls.length).toBe(calls);
    expect((await city.query(query, { token, variables: { n: 50 } })).status).toBe(200);
  });
});
