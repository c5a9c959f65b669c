import { EventEmitter, on } from "node:events";
import { Transform } from "node:stream";
import { createClient as createEventClient } from "graphql-sse";
import { createClient as createSocketClient } from "graphql-ws";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { eventEvidence, proveEvent } from "../../trust/call-evidence.ts";
import { answerVerifier, callKey } from "../../trust/call-keys.ts";
import { type KitTown, startKitTown } from "./kit-town.ts";
import { companyCallKey, sharedCallKey } from "./subgraphs.ts";

const sdl = `extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
    @link(url: "https://huimin.invalid/rights/v1.0", import: ["@assurance"])
  directive @assurance(level: Int!, maxAge: String) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ENUM | SCALAR
  type Query { ping: String }
  type Subscription { price: Price }
  type Price { value: Int! margin: Int @assurance(level: 2) }
`;

/** The subgraph's own prices. */
const prices = new EventEmitter().setMaxListeners(0);
const resolvers = {
  Query: { ping: () => "pong" },
  Subscription: {
    price: {
      subscribe: () => on(prices, "price", { close: ["end"] }),
      resolve: ([value]: [number]) => ({ value, margin: value * 10 }),
    },
  },
};
const publish = (value: number) => prices.emit("price", value);
const listeners = (count: number) => expect.poll(() => prices.listenerCount("price"), until).toBe(count);
const until = { timeout: 10_000, interval: 10 };

let town: KitTown;
const leaving: (() => void)[] = [];
afterEach(async () => {
  for (const leave of leaving.splice(0)) leave();
  town.tamper(undefined);
  await listeners(0);
});

interface Heard {
  readonly answers: unknown[];
  readonly ends: unknown[];
}

/** Subscribes at the gateway. */
async function subscribe(query = "subscription { price { value } }"): Promise<Heard> {
  const heard: Heard = { answers: [], ends: [] };
  const client = createEventClient({
    url: `${town.gatewayUrl}/graphql`,
    headers: { authorization: `Bearer ${await town.token()}` },
    retryAttempts: 0,
  });
  const sink = {
    next: (answer: unknown) => heard.answers.push(answer),
    error: (error: unknown) => heard.ends.push(error),
    complete: () => heard.ends.push("complete"),
  };
  leaving.push(client.subscribe({ query }, sink));
  return heard;
}

const answer = (value: number) => ({ data: { price: { value } } });

/** How many streams somebody between has seen. */
let opened = 0;
const streams = async (count: number) => {
  await expect.poll(() => opened, until).toBe(count);
  await listeners(1);
};

/** Somebody between subgraph and gateway who does something to events; comments stay. `number` is from 1. */
function perEvent(change: (event: string, number: number) => string) {
  opened = 0;
  return () => {
    opened += 1;
    let rest = "";
    let number = 0;
    return new Transform({
      transform(chunk, _encoding, done) {
        const blocks = (rest + String(chunk)).split("\n\n");
        rest = blocks.pop() ?? "";
        const changed = blocks.map((block) => {
          if (block.startsWith(":")) return `${block}\n\n`;
          number += 1;
          return change(`${block}\n\n`, number);
        });
        done(null, changed.join(""));
      },
    });
  };
}

describe("the stream of a department", () => {
  beforeAll(async () => {
    town = await startKitTown({
      sdl,
      resolvers,
      isCompany: false,
      subgraphKey: sharedCallKey,
      gatewayKey: sharedCallKey,
    });
  });
  afterAll(() => town.close());

  it("brings every event in order, each signed, until its signed end", async () => {
    const passed: string[] = [];
    town.tamper(
      perEvent((event) => {
        passed.push(event);
        return event;
      }),
    );
    const { answers, ends } = await subscribe();
    await listeners(1);
    for (const value of [11, 12, 13]) publish(value);
    await expect.poll(() => answers, until).toEqual([11, 12, 13].map(answer));
    prices.emit("end");
    await expect.poll(() => ends, until).toEqual(["complete"]);
    expect(passed.map((event) => event.replace(/id: :[\w+/]+={0,2}:/, "id: signature"))).toEqual([
      ...[11, 12, 13].map((value) => `event: next\ndata: ${JSON.stringify(answer(value))}\nid: signature\n\n`),
      "event: complete\ndata: \nid: signature\n\n",
    ]);
    expect(town.logged()).not.toContain("signed event");
  });

  let earlier = "";
  const forgedEnd = "event: complete\ndata: \n\n";
  it.each<[string, (event: string, number: number) => string]>([
    ["is changed", (event, number) => (number === 2 ? event.replace("12", "99") : event)],
    ["is left out", (event, number) => (number === 2 ? "" : event)],
    ["comes twice", (event, number) => (number === 1 ? event + event : event)],
    ["bears no signature", (event, number) => (number === 2 ? event.replace(/id: .*\n/, "") : event)],
    ["is of an earlier stream", (event, number) => (number === 2 ? earlier : event)],
    ["is said to be the last one", (event, number) => (number === 2 ? forgedEnd : event)],
    ["is put in", (event, number) => (number === 2 ? `event: next\ndata: ${JSON.stringify(answer(99))}\n\n` : event)],
  ])("is believed as far as it is the subgraph's, when an event %s", async (_name, change) => {
    const before = town.logged().length;
    const seen: string[] = [];
    let isOver = false;
    town.tamper(
      perEvent((event, number) => {
        seen.push(event);
        const changed = isOver ? event : change(event, number);
        if (changed !== event) isOver = number >= 2 || changed.length > event.length;
        return changed;
      }),
    );
    const { answers, ends } = await subscribe();
    await listeners(1);
    for (const value of [11, 12, 13]) publish(value);
    await expect
      .poll(() => town.logged().slice(before), until)
      .toMatch(/"subgraph":"shop".*a stream of a subgraph is lost/);
    expect(town.logged().slice(before)).toMatch(/its stream is refused: event 2 (is not the one|bears no signature)/);
    // It is opened anew, and what comes then counts again.
    await streams(2);
    publish(14);
    await expect.poll(() => answers, until).toEqual([11, 14].map(answer));
    expect(ends).toEqual([]);
    earlier = seen[1] ?? "";
  });

  it("is lost when it breaks off without a signed end, and opened anew", async () => {
    town.tamper(() => {
      const cut = new Transform({
        transform(chunk, _encoding, done) {
          done(null, chunk);
          if (String(chunk).includes("next")) cut.end();
        },
      });
      return cut;
    });
    const { answers, ends } = await subscribe();
    await listeners(1);
    publish(11);
    await expect.poll(() => answers, until).toEqual([answer(11)]);
    town.tamper(undefined);
    await expect.poll(() => town.logged(), until).toContain("the stream broke off");
    await listeners(1);
    publish(12);
    await expect.poll(() => answers, until).toEqual([11, 12].map(answer));
    expect(ends).toEqual([]);
  });

  it("is refused whole when somebody without the secret has signed it", async () => {
    await town.replaceGateway(`hmac-sha256:${Buffer.alloc(32, 8).toString("base64url")}`);
    const { answers, ends } = await subscribe();
    await expect.poll(() => ends, until).toEqual(["complete"]);
    expect(answers).toMatchObject([{ errors: [{ extensions: { code: "SUBGRAPH_UNAVAILABLE" } }] }]);
    await town.replaceGateway(sharedCallKey);
  });

  it("is asked for more when she has signed in better meanwhile, on the same socket", async () => {
    const level = (number: number) => town.token({ claims: { acr: `urn:huimin:loa:${number}` } });
    town.tamper(perEvent((event) => event));
    let socket: WebSocket | undefined;
    const client = createSocketClient({
      url: `${town.direct().replace("http", "ws")}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${await level(1)}` },
      retryAttempts: 0,
      on: {
        connected: (connected) => {
          socket = connected as WebSocket;
        },
      },
    });
    leaving.push(() => void Promise.resolve(client.dispose()).catch(() => {}));
    const answers: unknown[] = [];
    const sink = { next: (each: unknown) => answers.push(each), error: () => {}, complete: () => {} };
    client.subscribe({ query: "subscription { price { value margin } }" }, sink);
    await listeners(1);
    publish(11);
    await expect
      .poll(() => answers, until)
      .toMatchObject([
        {
          data: { price: { value: 11, margin: null } },
          errors: [{ extensions: { code: "INSUFFICIENT_USER_AUTHENTICATION", acr_values: "urn:huimin:loa:2" } }],
        },
      ]);
    const payload = { authorization: `Bearer ${await level(2)}` };
    socket?.send(JSON.stringify({ type: "ping", payload }));
    await streams(2);
    publish(12);
    await expect.poll(() => answers[1], until).toEqual({ data: { price: { value: 12, margin: 120 } } });
  });
});

describe("the stream of a company", () => {
  beforeAll(async () => {
    const { own: subgraphKey, gateway: gatewayKey } = companyCallKey;
    town = await startKitTown({ sdl, resolvers, isCompany: true, subgraphKey, gatewayKey });
  });
  afterAll(() => town.close());

  it("leaves a line for each event, by which anybody can prove it", async () => {
    const { answers } = await subscribe();
    await listeners(1);
    for (const value of [11, 12]) publish(value);
    await expect.poll(() => answers, until).toEqual([11, 12].map(answer));
    const lines = town.logged().split("\n");
    const [call] = lines.filter((line) => line.includes("signed call"));
    const events = lines
      .filter((line) => line.includes("signed event"))
      .map((line) => eventEvidence.parse(JSON.parse(line).evidence));
    expect(events.map(({ subgraph, number, type }) => [subgraph, number, type])).toEqual([
      ["shop", 1, "next"],
      ["shop", 2, "next"],
    ]);
    expect(JSON.parse(call ?? "{}").evidence.call.signature).toBe(`huimin=${events[0]?.call}`);
    expect(lines.filter((line) => line.includes("signed ")).join()).not.toMatch(/value|hm1_|eyJ/);
    const [, evidence] = events;
    if (!evidence) throw new Error("there is no second event");
    const key = answerVerifier("shop", callKey.parse(companyCallKey.gateway));
    const said = Buffer.from(JSON.stringify(answer(12)));
    expect(() => proveEvent(evidence, said, key)).not.toThrow();
    expect(() => proveEvent(evidence, Buffer.from(JSON.stringify(answer(99))), key)).toThrow();
    expect(() => proveEvent({ ...evidence, number: 3 }, said, key)).toThrow();
  });
});
