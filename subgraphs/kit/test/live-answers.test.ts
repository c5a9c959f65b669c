import { EventEmitter, on } from "node:events";
import type { FastifyInstance } from "fastify";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createHttpServer } from "../../../platform/http.ts";
import { createLogger } from "../../../platform/log.ts";
import { HuiminError } from "../../../trust/errors.ts";
import { transactionTokenHeader } from "../../../trust/transaction-token.ts";
import { gatewayKeys } from "../gateway-keys.ts";
import { mountSubgraph } from "../subgraph.ts";
import { citizenId } from "./citizens.ts";
import { signedFetch, startTestGateway, type TestGateway, testCallKey } from "./gateway.ts";

const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { ping: String }
  type Subscription { price: Int refused: Int crashed: Int }`;

const prices = new EventEmitter();
const resolvers = {
  Query: { ping: () => "pong" },
  Subscription: {
    price: { subscribe: () => on(prices, "price"), resolve: ([value]: [number]) => value },
    refused: {
      subscribe: () => {
        throw new HuiminError("FORBIDDEN");
      },
    },
    crashed: {
      subscribe: () => {
        throw new Error("the password is hunter2");
      },
    },
  },
};

let gateway: TestGateway;
let app: FastifyInstance;
let endpoint: string;
beforeEach(async () => {
  gateway = await startTestGateway();
  app = createHttpServer({ log: createLogger("shop", "silent"), ready: {} });
  mountSubgraph(app, {
    name: "shop",
    sdl,
    resolvers,
    loaders: () => null,
    callKey: testCallKey,
    gateway: { issuer: gateway.url, keys: gatewayKeys(gateway.url) },
  });
  endpoint = `${await app.listen({ port: 0, host: "localhost" })}/graphql`;
});
afterEach(async () => {
  await app.close();
  await gateway.close();
});

async function subscribe(body: string): Promise<Response> {
  const token = await gateway.token("shop", citizenId("gulnar"));
  return await signedFetch("shop", endpoint, {
    method: "POST",
    headers: { accept: "text/event-stream", "content-type": "application/json", [transactionTokenHeader]: token },
    body,
  });
}

/** The data of the events of an answer that ends by itself, each with its type. */
async function eventsOf(body: string): Promise<unknown[]> {
  const text = await (await subscribe(body)).text();
  const events = [...text.matchAll(/^event: (\w+)\ndata: (.*)\nid: :[\w+/]+={0,2}:$/gm)];
  return events.map(([, type, data = ""]) => [type, data && JSON.parse(data)]);
}

const refusal = (code: string) => [
  ["next", expect.objectContaining({ errors: [expect.objectContaining({ extensions: { code } })] })],
  ["complete", ""],
];

describe("a subscription at a subgraph", () => {
  it.each([
    ["that its resolver refuses", '{"query":"subscription { refused }"}', "FORBIDDEN"],
    ["that fails, without the reason", '{"query":"subscription { crashed }"}', "INTERNAL_SERVER_ERROR"],
    ["that does not fit the schema", '{"query":"subscription { other }"}', "GRAPHQL_VALIDATION_FAILED"],
    ["that is a query", '{"query":"{ ping }"}', "BAD_REQUEST"],
    ["that is no request", "[]", "BAD_REQUEST"],
  ])("%s is answered by one signed event and a signed end", async (_name, body, code) => {
    expect(await eventsOf(body)).toEqual(refusal(code));
  });

  it("leaves its source when the gateway leaves", async () => {
    const { body } = await subscribe('{"query":"subscription { price }"}');
    await expect.poll(() => prices.listenerCount("price")).toBe(1);
    await body?.cancel();
    await expect.poll(() => prices.listenerCount("price")).toBe(0);
  });

  it("holds up no subgraph that stops, and breaks off without a signed end", async () => {
    const answer = await subscribe('{"query":"subscription { price }"}');
    const text = answer.text();
    await expect.poll(() => prices.listenerCount("price")).toBe(1);
    const begun = performance.now();
    await app.close();
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(await text).toBe(":\n\n");
    expect(prices.listenerCount("price")).toBe(0);
  });
});
