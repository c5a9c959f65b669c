import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buildSchema } from "graphql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../../platform/log.ts";
import type { SubgraphAnswer, SubgraphError } from "../boundary/boundary.ts";
import type { Credentials } from "../boundary/credentials.ts";
import type { LiveOperation, Source } from "../live/source.ts";
import { subgraphStreams } from "../live/subgraph/stream.ts";
import { type StreamingSubgraph, startStreamingSubgraph } from "./streaming-subgraph.ts";

let subgraph: StreamingSubgraph;
const leaving: (() => void)[] = [];
beforeEach(async () => {
  subgraph = await startStreamingSubgraph();
});
afterEach(async () => {
  for (const leave of leaving.splice(0)) leave();
  await subgraph.close();
});

const log = createLogger("test", "silent");
const session = { admission: { admitted: { kind: "unchecked" } }, onRenewal: () => () => {} } as const;
let tokens = 0;
const credentials: Credentials = async () => {
  tokens += 1;
  return { headers: { "txn-token": `token-${tokens}` }, identity: "somebody" };
};

/** What the engine would ask; nothing here answers events. */
function operation(query: string, variables: string, address: string): LiveOperation {
  const request = { kind: "subscription", query, queryJson: JSON.stringify(query), variables, entities: [] } as const;
  const unused = () => Promise.reject(new Error("not asked for here"));
  return {
    source: { subgraph: "shop", fields: [], request: () => request, answer: unused },
    variables: {},
    boundary: { call: unused, close: async () => {} },
    supergraph: {
      supergraphSchema: buildSchema("type Query { a: Int }"),
      addresses: new Map([["shop", new URL(address)]]),
      announcers: new Map(),
    },
  };
}

const priceChanged = "subscription ($id: ID!) { priceChanged(id: $id) { id price } }";

interface Heard {
  readonly source: Source;
  readonly events: SubgraphAnswer[];
  readonly ends: (SubgraphError | undefined)[];
  leave(): void;
}

function listen(address: string, query = priceChanged, variables = '"id":"1"'): Heard {
  const events: SubgraphAnswer[] = [];
  const ends: (SubgraphError | undefined)[] = [];
  const source = subgraphStreams(
    new Map(),
    {
      credentials,
      borderOf: () => undefined,
      mayBeInternal: () => true,
      sealOf: () => undefined,
      openSealed: () => undefined,
    },
    log,
  )(operation(query, variables, address), session);
  const leave = source.listen({ event: (answer) => events.push(answer), ended: (error) => ends.push(error) });
  leaving.push(leave);
  return { source, events, ends, leave };
}

const until = { timeout: 10_000, interval: 10 };
const liveOnes = (count: number) => expect.poll(() => subgraph.live(), until).toBe(count);
const price = (value: number) => ({ data: { priceChanged: { id: "1", price: value } }, errors: [] });

describe.each(["server-sent events", "WebSocket"])("a subscription at a subgraph over %s", (transport) => {
  const address = () => (transport === "WebSocket" ? subgraph.socketUrl : subgraph.url);

  it("brings every event in order, with the credentials of the caller, until the subgraph completes it", async () => {
    const { events, ends } = listen(address());
    await liveOnes(1);
    expect(subgraph.begun.at(-1)).toMatchObject({ "txn-token": `token-${tokens}` });
    for (const value of [11, 12, 13]) subgraph.publish("1", value);
    subgraph.publish("2", 99);
    await expect.poll(() => events, until).toHaveLength(3);
    expect(events).toEqual([price(11), price(12), price(13)]);
    subgraph.complete();
    await expect.poll(() => ends, until).toEqual([undefined]);
  });

  it("is never shared, not even by two subscriptions that are the same", async () => {
    const [one, other] = [listen(address()), listen(address())];
    await liveOnes(2);
    one.leave();
    await liveOnes(1);
    subgraph.publish("1", 20);
    await expect.poll(() => other.events, until).toEqual([price(20)]);
    expect(one.events).toEqual([]);
  });

  it("is made anew with fresh credentials when its connection is lost, and goes on", async () => {
    const { events, ends } = listen(address());
    await liveOnes(1);
    const before = tokens;
    subgraph.drop();
    await expect.poll(() => subgraph.begun.length, until).toBe(2);
    expect(tokens).toBe(before + 1);
    await liveOnes(1);
    subgraph.publish("1", 30);
    await expect.poll(() => events, until).toEqual([price(30)]);
    expect(ends).toEqual([]);
  });

  it("ends with one clear error when the subgraph stays away", async () => {
    const { events, ends } = listen(address());
    await liveOnes(1);
    await subgraph.close();
    await expect
      .poll(() => ends, until)
      .toEqual([{ code: "SUBGRAPH_UNAVAILABLE", message: expect.stringContaining("does not answer") }]);
    expect(events).toEqual([]);
  });

  it("hands on that the subgraph refuses it, without the subgraph's own words, and does not ask again", async () => {
    const { events, ends } = listen(address(), "subscription { refused { id } }", "");
    await expect.poll(() => ends, until).toEqual([undefined]);
    expect(events).toMatchObject([{ data: null, errors: [{ code: "INTERNAL_SERVER_ERROR" }] }]);
    expect(JSON.stringify(events)).not.toContain("nobody's business");
  });

  it("leaves nothing behind when the client leaves while it is being made", async () => {
    const { leave, ends } = listen(address());
    leave();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await liveOnes(0);
    expect(ends).toEqual([]);
  });

  it("has a key that tells other variables and other addresses apart", () => {
    const { source } = listen(address());
    expect(listen(address()).source.key).toBe(source.key);
    expect(listen(address(), priceChanged, '"id":"2"').source.key).not.toBe(source.key);
  });
});

describe("a subgraph that misbehaves", () => {
  let server: Server;
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function startServer(answer: (response: ServerResponse) => void): Promise<string> {
    server = createServer((_request, response) => answer(response));
    await once(server.listen(0, "localhost"), "listening");
    return `http://localhost:${(server.address() as AddressInfo).port}/graphql`;
  }

  const unavailable = { code: "SUBGRAPH_UNAVAILABLE", message: expect.any(String) };

  it("cannot make the gateway hold an event of any size", async () => {
    let sent = 0;
    const url = await startServer((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("event: next\ndata: ");
      const more = () => {
        sent += 65_536;
        response.write("x".repeat(65_536), (error) => error ?? setImmediate(more));
      };
      more();
    });
    const { ends } = listen(url);
    await expect.poll(() => ends, until).toEqual([unavailable]);
    expect(sent).toBeLessThan(6 * 16 * 1024 * 1024);
  });

  it("is not believed when it answers something else than events", async () => {
    const url = await startServer((response) => {
      response.writeHead(200, { "content-type": "application/json" }).end('{"data":{"priceChanged":null}}');
    });
    const { events, ends } = listen(url);
    await expect.poll(() => ends, until).toEqual([unavailable]);
    expect(events).toEqual([]);
  });

  it("does not lead the gateway and its credentials elsewhere", async () => {
    const url = await startServer((response) => {
      response.writeHead(307, { location: subgraph.url }).end();
    });
    const { ends } = listen(url);
    await expect.poll(() => ends, until).toEqual([unavailable]);
    expect(subgraph.begun).toEqual([]);
  });
});
