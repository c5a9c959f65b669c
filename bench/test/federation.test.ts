/** The federation that gateways are measured on. Needs nothing of the bench's own packages. */
import { ApolloGateway } from "@apollo/gateway";
import { parse } from "graphql";
import { afterAll, beforeAll, expect, test } from "vitest";
import { authorId, products, type Review, reviews, reviewsOfAnyUser, users } from "../gateway/federation/data.ts";
import { queries } from "../gateway/federation/queries.ts";
import { type Subgraphs, startSubgraphs } from "../gateway/federation/server.ts";
import { composeSupergraph } from "../gateway/federation/supergraph.ts";

let subgraphs: Subgraphs;
let gateway: ApolloGateway;

beforeAll(async () => {
  subgraphs = await startSubgraphs();
  gateway = new ApolloGateway({ supergraphSdl: composeSupergraph(subgraphs.urls) });
  await gateway.load();
});

afterAll(async () => {
  await gateway.stop();
  await subgraphs.close();
});

test("the stock gateway answers the deep query as the data says, in 87 kB and 16 fetches", async () => {
  const { text, calls } = await execute(queries.deep);
  expect(JSON.parse(text)).toEqual({ data: deepAnswer() });
  expect(text.length).toBeGreaterThan(86_000);
  expect(text.length).toBeLessThan(88_000);
  expect(calls).toBe(16);
});

test("the stock gateway answers the small query in one fetch", async () => {
  const { text, calls } = await execute(queries.small);
  const topProducts = products.slice(0, 3).map(({ upc, name, price }) => ({ upc, name, price }));
  expect(JSON.parse(text)).toEqual({ data: { topProducts } });
  expect(calls).toBe(1);
});

test("a subgraph answers two lists of entities in one call, as merged fetches ask for them", async () => {
  const query = `query ($r0: [_Any!]!, $r1: [_Any!]!) {
    _0: _entities(representations: $r0) { ... on Product { stock: inStock } }
    _1: _entities(representations: $r1) { __typename ... on Product { shippingEstimate upc } }
  }`;
  const variables = {
    r0: [{ __typename: "Product", upc: "2" }],
    r1: [{ __typename: "Product", upc: "1", price: 899, weight: 100 }],
  };
  const body = JSON.stringify({ query, variables });
  const headers = { "content-type": "application/json" };
  const answer = await fetch(subgraphs.urls.inventory, { method: "POST", headers, body });
  expect(await answer.json()).toEqual({
    data: { _0: [{ stock: false }], _1: [{ __typename: "Product", shippingEstimate: 50, upc: "1" }] },
  });
});

async function execute(query: string): Promise<{ text: string; calls: number }> {
  await subgraphs.period({ latencyMs: 0 });
  const request = { document: parse(query), request: { query, variables: {} }, queryHash: query, context: {} };
  // The rest of the type is for Apollo Server and its plugins.
  const answer = await gateway.executor(request as unknown as Parameters<typeof gateway.executor>[0]);
  const { calls } = await subgraphs.period({ latencyMs: 0 });
  return { text: JSON.stringify(answer), calls };
}

const user = (id: string) => {
  const { name, username } = users.find((candidate) => candidate.id === id) ?? {};
  return { id, username, name };
};

const review = ({ id, body }: Review) => ({ id, body });

function product(upc: string) {
  const { name, price = 0, weight = 0, inStock } = products.find((candidate) => candidate.upc === upc) ?? {};
  return { inStock, name, price, shippingEstimate: price > 1000 ? 0 : weight / 2, upc, weight };
}

const author = () => ({
  ...user(authorId),
  reviews: reviewsOfAnyUser.map((written) => ({ ...review(written), product: product(written.upc) })),
});

const reviewsOfProduct = (upc: string) =>
  reviews.filter((about) => about.upc === upc).map((about) => ({ ...review(about), author: author() }));

function deepAnswer() {
  return {
    users: users.map(({ id }) => ({
      ...user(id),
      reviews: reviewsOfAnyUser.map((written) => ({
        ...review(written),
        product: { ...product(written.upc), reviews: reviewsOfProduct(written.upc) },
      })),
    })),
    topProducts: products.slice(0, 5).map(({ upc }) => ({ ...product(upc), reviews: reviewsOfProduct(upc) })),
  };
}
