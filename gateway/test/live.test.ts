/** Subscriptions of subgraphs and `@defer`, through the gateway's own front door, by the clients' own libraries. */
import { once } from "node:events";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { composeServices } from "@apollo/composition";
import { parse } from "graphql";
import { createClient as createEventClient } from "graphql-sse";
import { createClient as createSocketClient } from "graphql-ws";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { RunningService } from "../../platform/lifecycle.ts";
import { createLogger } from "../../platform/log.ts";
import { freePort } from "../../platform/test/ports.ts";
import { serveSupergraph } from "../serve/server.ts";
import { type StockSubgraph, startStockSubgraph } from "./stock-subgraph.ts";
import { type StreamingSubgraph, startStreamingSubgraph } from "./streaming-subgraph.ts";

let prices: StreamingSubgraph;
let stock: StockSubgraph;
let folder: string;
let file: string;
let gateway: RunningService;
const leaving: (() => void)[] = [];

function supergraph(stockSdl = stock.sdl): string {
  const { supergraphSdl, errors } = composeServices([
    { name: "prices", url: prices.url, typeDefs: parse(prices.sdl) },
    { name: "stock", url: stock.url, typeDefs: parse(stockSdl) },
  ]);
  if (!supergraphSdl) throw new Error(String(errors));
  return supergraphSdl;
}

async function publishSupergraph(sdl: string): Promise<void> {
  await writeFile(`${file}.new`, sdl);
  await rename(`${file}.new`, file);
}

beforeAll(async () => {
  [prices, stock] = await Promise.all([startStreamingSubgraph(), startStockSubgraph()]);
  folder = await mkdtemp(join(tmpdir(), "live-"));
  file = join(folder, "supergraph.graphql");
  await publishSupergraph(supergraph());
  gateway = await serveSupergraph({ file, port: await freePort() }, createLogger("gateway", "silent"));
});
afterEach(async () => {
  for (const leave of leaving.splice(0)) leave();
  await expect.poll(() => prices.live(), until).toBe(0);
});
afterAll(async () => {
  await gateway.close();
  await Promise.all([prices.close(), stock.close()]);
  await rm(folder, { recursive: true });
});

const until = { timeout: 10_000, interval: 10 };
const graph = () => `${gateway.url}/graphql`;

interface Heard {
  readonly answers: unknown[];
  readonly ends: unknown[];
  leave(): void;
}

function listen(client: ReturnType<typeof createSocketClient>, query: string): Heard {
  const answers: unknown[] = [];
  const ends: unknown[] = [];
  const leave = client.subscribe(
    { query },
    {
      next: (answer) => answers.push(answer),
      error: (error) => ends.push(error),
      complete: () => ends.push("complete"),
    },
  );
  leaving.push(leave);
  return { answers, ends, leave };
}

const clients = {
  "server-sent events": () =>
    createEventClient({
      url: graph(),
      headers: { authorization: "Bearer hers" },
      retryAttempts: 0,
    }) as unknown as ReturnType<typeof createSocketClient>,
  WebSocket: () =>
    createSocketClient({
      url: graph().replace("http", "ws"),
      webSocketImpl: WebSocket,
      connectionParams: { authorization: "Bearer hers" },
      retryAttempts: 0,
    }),
} as const;

const both = 'subscription { now: priceChanged(id: "1") { price inStock } }';
const answer = (price: number, inStock = 7) => ({ data: { now: { price, inStock } } });
const liveOnes = (count: number) => expect.poll(() => prices.live(), until).toBe(count);

describe.each(["server-sent events", "WebSocket"] as const)("a subscription over %s", (transport) => {
  it("answers each event with what the other subgraphs know of it, in order", async () => {
    const { answers, ends } = listen(clients[transport](), both);
    await liveOnes(1);
    expect(prices.begun.at(-1)).toMatchObject({ authorization: "Bearer hers" });
    for (const price of [1, 2, 3]) prices.publish("1", price);
    await expect.poll(() => answers, until).toEqual([answer(1), answer(2), answer(3)]);
    prices.complete();
    await expect.poll(() => ends, until).toEqual(["complete"]);
  });

  it("ends at the subgraph when the client leaves", async () => {
    const { leave } = listen(clients[transport](), both);
    await liveOnes(1);
    leave();
    await liveOnes(0);
  });

  it("is refused with the codes of the catalogue when it does not fit the schema", async () => {
    const { answers, ends } = listen(clients[transport](), "subscription { nothing }");
    await expect.poll(() => ends, until).toHaveLength(1);
    expect(JSON.stringify([answers, ends])).toContain("GRAPHQL_VALIDATION_FAILED");
  });

  it("carries queries too", async () => {
    const { answers, ends } = listen(clients[transport](), "{ products { id inStock } }");
    await expect.poll(() => ends, until).toEqual(["complete"]);
    expect(answers).toEqual([{ data: { products: [{ id: "1", inStock: 7 }] } }]);
  });

  it("lives on when another supergraph takes over, and is answered by it", async () => {
    const { answers, ends } = listen(clients[transport](), both);
    await liveOnes(1);
    const begun = prices.begun.length;
    await publishSupergraph(supergraph(`${stock.sdl} extend type Product { shelf: String }`));
    await expect.poll(() => introspect(), until).toContain("shelf");
    prices.publish("1", 5);
    await expect.poll(() => answers, until).toEqual([answer(5)]);
    expect([prices.begun.length, ends]).toEqual([begun, []]);
    await publishSupergraph(supergraph());
    await expect.poll(() => introspect(), until).not.toContain("shelf");
  });

  it("ends with one clear error when it no longer fits the supergraph", async () => {
    await publishSupergraph(supergraph(`${stock.sdl} extend type Product { shelf: String }`));
    await expect.poll(() => introspect(), until).toContain("shelf");
    const { answers, ends } = listen(clients[transport](), 'subscription { priceChanged(id: "1") { shelf } }');
    await liveOnes(1);
    await publishSupergraph(supergraph());
    await expect.poll(() => ends, until).toEqual(["complete"]);
    expect(answers).toMatchObject([{ errors: [{ extensions: { code: "GRAPHQL_VALIDATION_FAILED" } }] }]);
  });
});

async function introspect(): Promise<string> {
  const response = await fetch(graph(), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: '{ __type(name: "Product") { fields { name } } }' }),
  });
  return await response.text();
}

describe("server-sent events", () => {
  const ask = (accept: string) => {
    const url = new URL(graph());
    url.searchParams.set("query", both);
    return fetch(url, { headers: { accept, "apollo-require-preflight": "1" } });
  };

  it("come by GET too", async () => {
    const response = await ask("text/event-stream");
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    await liveOnes(1);
    prices.publish("1", 8);
    let text = "";
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      if (text.includes("data:")) break;
    }
    expect(text).toBe(`:\n\nevent: next\ndata: ${JSON.stringify(answer(8))}\n\n`);
  });

  it("are what a subscription needs: without them it is refused", async () => {
    const response = await ask("application/json");
    expect(response.status).toBe(406);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: "NOT_ACCEPTABLE" } }] });
  });

  it("end when they are read slower than events come, and hold nothing then", async () => {
    const request = httpRequest(graph(), {
      method: "POST",
      headers: { accept: "text/event-stream", "content-type": "application/json" },
    });
    request.end(JSON.stringify({ query: `subscription { priceChanged(id: "1") { ${manyAliases} } }` }));
    const [response] = await once(request, "response");
    response.pause();
    await liveOnes(1);
    for (let price = 0; prices.live() > 0; price += 1) {
      prices.publish("1", price);
      if (price % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    }
    let text = "";
    for await (const chunk of response) text += String(chunk);
    expect(text).toContain("SUBSCRIPTION_ENDED");
    expect(text.endsWith("event: complete\ndata: \n\n")).toBe(true);
  });
});

const manyAliases = Array.from({ length: 200 }, (_, n) => `${"price".repeat(20)}${n}: price`).join(" ");

const deferred = '{ products { id ... @defer(label: "slow") { inStock } } }';

function askForParts(accept: string, query = deferred): Promise<Response> {
  return fetch(graph(), {
    method: "POST",
    headers: { accept, "content-type": "application/json", "accept-encoding": "gzip" },
    body: JSON.stringify({ query }),
  });
}

describe("an answer with @defer", () => {
  it.each([
    "multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json;q=0.9",
    "application/json, multipart/mixed",
  ])("comes in parts to who accepts %s, each as soon as it is there", async (accept) => {
    const held = stock.hold();
    const response = await askForParts(accept);
    expect(response.headers.get("content-type")).toBe('multipart/mixed; boundary="-"; deferSpec=20220824');
    expect(response.headers.get("content-encoding")).toBeNull();
    const reader = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    const readUntil = async (end: string) => {
      while (!text.endsWith(end)) text += (await reader.read()).value ?? "";
    };
    await readUntil("}\r\n---");
    expect(partsOf(text)).toEqual([{ data: { products: [{ id: "1" }] }, hasNext: true }]);
    held.release();
    await readUntil("\r\n-----\r\n");
    expect(
      partsOf(text)
        .slice(1)
        .flatMap((part) => part.incremental ?? []),
    ).toEqual([{ label: "slow", path: ["products", 0], data: { inStock: 7 } }]);
    expect(partsOf(text).at(-1)?.hasNext).toBe(false);
  });

  it.each(["application/json", "*/*"])("comes whole to who accepts %s", async (accept) => {
    const response = await askForParts(accept);
    expect(response.headers.get("content-type")).toContain("application/json");
    expect(await response.json()).toEqual({ data: { products: [{ id: "1", inStock: 7 }] } });
  });

  it("does not come in parts when there is nothing to defer", async () => {
    const response = await askForParts("multipart/mixed", "{ products { id } }");
    expect(await response.json()).toEqual({ data: { products: [{ id: "1" }] } });
  });
});

interface Part {
  readonly incremental?: unknown[];
  readonly hasNext: boolean;
}

function partsOf(text: string): Part[] {
  return text
    .split("\r\n---")
    .map((part) => part.split("\r\n\r\n")[1])
    .filter((json) => json !== undefined)
    .map((json) => JSON.parse(json) as Part);
}
