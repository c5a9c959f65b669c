import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Deadlines } from "../boundary/deadlines.ts";
import { Exchange } from "../boundary/exchange.ts";
import { createSubgraphClient, type SubgraphClient } from "../boundary/subgraph-client.ts";

let server: Server;
let client: SubgraphClient;
let behaviour: RequestListener;
/** The bodies that arrived whole. */
let bodies: string[];
let connections: number;
const sockets = new Set<Socket>();

beforeEach(async () => {
  bodies = [];
  connections = 0;
  behaviour = answer(200, "ok");
  server = createServer((request, response) => {
    void text(request).then(
      (body) => {
        bodies.push(body);
        behaviour(request, response);
      },
      () => {},
    );
  });
  server.on("connection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  client = createSubgraphClient(new URL(`http://localhost:${(server.address() as AddressInfo).port}/graphql?a=1`));
});
afterEach(async () => {
  await client.close();
  server.closeAllConnections();
  server.close();
});

function answer(status: number, body: string, headers: Record<string, string> = {}): RequestListener {
  return (_request, response) => response.writeHead(status, headers).end(body);
}

/** Behaves like each of these in turn; like the last from then on. */
function inTurn(...listeners: readonly RequestListener[]): RequestListener {
  let times = 0;
  return (request, response) => {
    const listener = listeners[Math.min(times, listeners.length - 1)];
    times += 1;
    listener?.(request, response);
  };
}

const hangUp: RequestListener = (request) => request.socket.destroy();
const ask = (repeatable = true, body = "{}") => client.post(body, { "x-own": "1" }, repeatable);

describe("a call", () => {
  it("is a POST of JSON to the path and query of the address, with the headers that it was given", async () => {
    let seen: IncomingMessage | undefined;
    behaviour = (request, response) => {
      seen = request;
      response.end("é".repeat(100_000));
    };
    expect(await ask(true, '{"a":"é"}')).toMatchObject({ ok: true, status: 200, text: "é".repeat(100_000) });
    expect(seen).toMatchObject({ method: "POST", url: "/graphql?a=1" });
    expect(seen?.headers).toMatchObject({
      "content-type": "application/json",
      accept: "application/json",
      "x-own": "1",
    });
    expect(bodies).toEqual(['{"a":"é"}']);
  });

  it("uses a connection that is there", async () => {
    for (let times = 0; times < 20; times += 1) await ask();
    // One rests for a moment while the next call is made.
    expect(connections).toBeLessThanOrEqual(2);
  });

  it("follows no redirect", async () => {
    behaviour = answer(307, "", { location: "/elsewhere" });
    expect(await ask()).toMatchObject({ ok: true, status: 307 });
    expect(bodies).toHaveLength(1);
  });

  it("has no more than 64 others beside it at the subgraph; the rest wait", async () => {
    const held: ServerResponse[] = [];
    behaviour = (_request, response) => void held.push(response);
    const calls = Array.from({ length: 100 }, () => ask());
    await expect.poll(() => held.length).toBe(64);
    behaviour = answer(200, "ok");
    for (const response of held) response.end("ok");
    expect((await Promise.all(calls)).every(({ ok }) => ok)).toBe(true);
    expect(connections).toBe(64);
  });

  it("is refused at once when a thousand wait already", async () => {
    const held: ServerResponse[] = [];
    behaviour = (_request, response) => void held.push(response);
    const calls = Array.from({ length: 1_024 }, () => ask());
    expect(await ask()).toMatchObject({ ok: false, reason: "too many calls are waiting" });
    await expect.poll(() => held.length).toBe(64);
    behaviour = answer(200, "ok");
    for (const response of held) response.end("ok");
    expect((await Promise.all(calls)).every(({ ok }) => ok)).toBe(true);
    expect(await ask()).toMatchObject({ ok: true });
  });
});

describe("a query", () => {
  it.each([
    ["hangs up", hangUp],
    [
      "dies in the middle of its answer",
      (_request: IncomingMessage, response: ServerResponse) => {
        response.writeHead(200, { "content-length": "10" });
        response.write("half", () => response.destroy());
      },
    ],
    ["cannot be reached by its gateway", answer(502, "")],
    ["is being restarted", answer(503, "")],
    ["is late for its gateway", answer(504, "")],
  ])("is asked again when the subgraph %s", async (_name, fault) => {
    behaviour = inTurn(fault, fault, answer(200, "ok"));
    expect(await ask()).toMatchObject({ ok: true, text: "ok" });
    expect(bodies).toHaveLength(3);
  });

  it("is asked three times at most", async () => {
    behaviour = hangUp;
    expect(await ask()).toMatchObject({ ok: false, connection: true });
    behaviour = answer(503, "no");
    expect(await ask()).toMatchObject({ ok: true, status: 503 });
    expect(bodies).toHaveLength(6);
  });

  it.each([400, 401, 429, 500])("is not asked again after status %s", async (status) => {
    behaviour = answer(status, "no");
    expect(await ask()).toMatchObject({ ok: true, status });
    expect(bodies).toHaveLength(1);
  });

  it("is not asked again after an answer that is too large", async () => {
    behaviour = answer(200, "x".repeat(8 * 1024 * 1024 + 1));
    expect(await ask()).toEqual({ ok: false, reason: "UND_ERR_RES_EXCEEDED_MAX_SIZE", connection: false });
    expect(bodies).toHaveLength(1);
  });

  it("is asked again for one call in ten only, once a subgraph has had its share", async () => {
    behaviour = (request, response) => (bodies.length % 3 === 0 ? hangUp : answer(200, "ok"))(request, response);
    const outcomes: boolean[] = [];
    for (let times = 0; times < 120; times += 1) outcomes.push((await ask()).ok);
    // Twenty repetitions that were saved up, and twelve that the calls added.
    expect(bodies.length).toBeLessThanOrEqual(120 + 20 + 12);
    expect(outcomes.slice(0, 40)).not.toContain(false);
    expect(outcomes).toContain(false);
  });
});

describe("a mutation", () => {
  it.each([
    ["hangs up", hangUp],
    ["is being restarted", answer(503, "")],
  ])("is never sent twice, though the subgraph %s", async (_name, fault) => {
    behaviour = fault;
    await ask(false);
    expect(bodies).toHaveLength(1);
  });
});

describe("a subgraph that is down", () => {
  it("is left in peace after ten failures, and asked again later", async () => {
    behaviour = hangUp;
    for (let times = 0; times < 20; times += 1) await ask();
    expect(bodies).toHaveLength(10);
    expect(await ask()).toEqual({ ok: false, reason: "the circuit breaker is open", connection: false });
    behaviour = answer(200, "ok");
    await expect.poll(async () => (await ask()).ok, { timeout: 10_000, interval: 50 }).toBe(true);
    expect(bodies).toHaveLength(11);
  });
});

describe("a subgraph that does not answer in time", () => {
  it.each([
    ["never answers", () => {}],
    [
      "sends a byte now and then",
      (_request: IncomingMessage, response: ServerResponse) => {
        const timer = setInterval(() => response.write(" "), 100);
        response.on("close", () => clearInterval(timer));
      },
    ],
  ])(
    "and %s costs each call five seconds and no connection, also those that waited in the queue",
    async (_name, fault) => {
      behaviour = fault;
      const started = performance.now();
      const outcomes = await Promise.all(Array.from({ length: 100 }, () => ask()));
      for (const outcome of outcomes) expect(outcome).toMatchObject({ ok: false, reason: "no answer in time" });
      expect(performance.now() - started).toBeGreaterThan(4_900);
      expect(bodies).toHaveLength(64);
      await expect.poll(() => sockets.size).toBe(0);
    },
  );
});

describe("the deadlines of calls", () => {
  it("are kept for those in flight, in whatever order the others have ended", async () => {
    const expired: string[] = [];
    const deadlines = new Deadlines();
    const late = performance.now() - 1;
    const exchanges = Array.from({ length: 12 }, (_, index) => {
      const name = index % 4 === 0 ? `early ${index}` : `late ${index}`;
      const deadline = name.startsWith("late") ? late : late + 60_000;
      return new Exchange(
        deadline,
        () => expired.push(name),
        (ended) => deadlines.remove(ended),
      );
    });
    for (const exchange of exchanges) deadlines.add(exchange);
    for (const exchange of [3, 11, 0, 10, 9].flatMap((index) => exchanges[index] ?? [])) deadlines.remove(exchange);
    expect(deadlines.size).toBe(7);
    await expect.poll(() => expired.toSorted()).toEqual(["late 1", "late 2", "late 5", "late 6", "late 7"]);
    deadlines.stop();
  });
});

describe("closing", () => {
  it("lets calls in flight finish", async () => {
    let finish = () => {};
    behaviour = (_request, response) => {
      finish = () => void response.end("ok");
    };
    const call = ask();
    await expect.poll(() => bodies.length).toBe(1);
    const closed = client.close();
    finish();
    expect(await call).toMatchObject({ ok: true, text: "ok" });
    await closed;
    expect(await ask()).toMatchObject({ ok: false });
    client = createSubgraphClient(new URL("http://localhost:1"));
  });
});
