import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createClient as createEventClient } from "graphql-sse";
import { createClient as createSocketClient } from "graphql-ws";
import { generateKeyPair } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { eventKinds, eventTokenMediaType, signEventToken } from "../../trust/event-token.ts";
import { firstVersion, governmentSector, sectorPseudonyms } from "../../trust/pseudonym.ts";
import { newCitizenId, startCity, type TestCity } from "./city.ts";
import { type EventKeys, startEventKeys } from "./event-keys.ts";

const pseudonymKey = randomBytes(32);
let keys: EventKeys;
let city: TestCity;
const leaving: (() => void)[] = [];
beforeAll(async () => {
  keys = await startEventKeys();
  const settings = {
    HUIMIN_EVENT_KEYS: `utilities=${keys.url},health=${keys.url}`,
    HUIMIN_PSEUDONYM_KEY: pseudonymKey.toString("base64url"),
  };
  city = await startCity({ settings, sectors: { [governmentSector]: firstVersion, bank: firstVersion } });
});
afterEach(() => {
  for (const leave of leaving.splice(0)) leave();
});
afterAll(async () => {
  await city.close();
  await keys.close();
});

const until = { timeout: 10_000, interval: 10 };

interface Heard {
  readonly answers: unknown[];
  readonly ends: string[];
}

/** Subscribes by the client library of server-sent events. */
async function subscribe(citizen: string, query: string, claims: Record<string, unknown> = {}): Promise<Heard> {
  const authorization = `Bearer ${await city.token(citizen, { claims })}`;
  const client = createEventClient({ url: `${city.gatewayUrl}/graphql`, headers: { authorization }, retryAttempts: 0 });
  const heard: Heard = { answers: [], ends: [] };
  const connected = Promise.withResolvers<void>();
  leaving.push(
    client.subscribe(
      { query },
      {
        next: (answer) => heard.answers.push(answer),
        error: () => heard.ends.push("error"),
        complete: () => heard.ends.push("complete"),
      },
      { connected: () => connected.resolve() },
    ),
  );
  await Promise.race([connected.promise, expect.poll(() => heard.ends.length, until).toBe(1)]);
  return heard;
}

interface Sent {
  readonly subgraph?: string;
  readonly id?: string;
  readonly issuedAt?: number;
  readonly gatewayUrl?: string;
  readonly contentType?: string;
}

/** Sends events as a subgraph would; resolves to status and body. */
async function send(events: Record<string, object>, sent: Sent = {}): Promise<[number, string]> {
  const { subgraph = "utilities", id = crypto.randomUUID(), gatewayUrl = city.gatewayUrl } = sent;
  const { issuedAt = Math.floor(Date.now() / 1000), contentType = eventTokenMediaType } = sent;
  const signer = { subgraph, key: keys.privateKey, keyId: keys.keyId };
  const response = await fetch(`${city.gatewayUrl}/events`, {
    method: "POST",
    headers: { "content-type": contentType },
    body: await signEventToken(signer, gatewayUrl, id, events, issuedAt),
  });
  return [response.status, await response.text()];
}

const bill = (citizens: readonly string[], changes: object = {}) => ({
  [eventKinds.announcement]: {
    field: "billIssued",
    entity: { __typename: "Bill", id: "b-1" },
    citizens,
    arguments: { service: "WATER" },
    ...changes,
  },
});

const all = "subscription { bill: billIssued { number: id __typename service amount { amount } } }";
const whole = { bill: { number: "b-1", __typename: "Bill", service: "WATER", amount: { amount: 4_200 } } };

describe("an announced event", () => {
  it("reaches the citizen whose it is, with what else she asks for from the subgraphs, and nobody else", async () => {
    const [mother, neighbour] = [newCitizenId(), newCitizenId()];
    const [hers, others] = [await subscribe(mother, all), await subscribe(neighbour, all)];
    expect(await send(bill([mother]))).toEqual([202, ""]);
    await expect.poll(() => hers.answers, until).toEqual([{ data: whole }]);
    expect(await send(bill([neighbour]))).toEqual([202, ""]);
    await expect.poll(() => others.answers, until).toEqual([{ data: whole }]);
    expect(hers.answers).toHaveLength(1);
  });

  it("tells a company's client of its entity by a sealed ID, and is answered by the subgraph's own", async () => {
    const person = randomUUID();
    const [inside, atBank] = [governmentSector, "bank"].map((sector) =>
      sectorPseudonyms(pseudonymKey, sector).seal(person),
    );
    const heard = await subscribe(atBank ?? "", all, { sector: "bank" });
    await send(bill([inside ?? ""]));
    const sealed = { bill: { ...whole.bill, number: expect.stringMatching(/^hmi1_/) } };
    await expect.poll(() => heard.answers, until).toEqual([{ data: sealed }]);
  });

  it("reaches those alone whose arguments it fits", async () => {
    const citizen = newCitizenId();
    const power = await subscribe(citizen, "subscription { billIssued(service: POWER) { id } }");
    const water = await subscribe(citizen, "subscription { billIssued(service: WATER) { id } }");
    const either = await subscribe(citizen, "subscription { billIssued(service: null) { id } }");
    await send(bill([citizen]));
    await expect.poll(() => [water.answers.length, either.answers.length], until).toEqual([1, 1]);
    await send(bill([citizen], { arguments: { service: "POWER" } }));
    await expect.poll(() => [power.answers.length, either.answers.length], until).toEqual([1, 2]);
    expect(water.answers).toHaveLength(1);
  });

  it("is heard once, however often it is sent", async () => {
    const citizen = newCitizenId();
    const { answers } = await subscribe(citizen, "subscription { billIssued { id } }");
    const id = crypto.randomUUID();
    for (let n = 0; n < 3; n += 1) expect(await send(bill([citizen]), { id })).toEqual([202, ""]);
    await send(bill([citizen], { entity: { __typename: "Bill", id: "b-2" } }));
    await expect.poll(() => answers, until).toHaveLength(2);
    expect(answers).toMatchObject([{ data: { billIssued: { id: "b-1" } } }, { data: { billIssued: { id: "b-2" } } }]);
  });

  it("is not even hinted at without the scope of the subgraph, nor to somebody who has not signed in", async () => {
    const { answers, ends } = await subscribe(newCitizenId(), "subscription { billIssued { id } }", {
      scope: "openid citizen:read",
    });
    await expect.poll(() => ends, until).toEqual(["complete"]);
    expect(answers).toMatchObject([{ errors: [{ extensions: { code: "FORBIDDEN" } }] }]);
    const client = createEventClient({ url: `${city.gatewayUrl}/graphql`, retryAttempts: 0 });
    const { value } = await client.iterate({ query: "subscription { billIssued { id } }" }).next();
    expect(value).toMatchObject({ errors: [{ extensions: { code: "UNAUTHENTICATED" } }] });
  });
});

describe("the intake of events", () => {
  const nobody = [newCitizenId()];

  it.each<[string, Record<string, object>, Sent, string]>([
    ["of a type that another subgraph owns", bill(nobody), { subgraph: "health" }, "access_denied"],
    ["for a field that is not announced", bill(nobody, { field: "me" }), {}, "access_denied"],
    ["with an entity of another type", bill(nobody, { entity: { __typename: "Meter", id: "1" } }), {}, "access_denied"],
    [
      "with more of the entity than its key",
      bill(nobody, { entity: { __typename: "Bill", id: "1", amount: 5 } }),
      {},
      "access_denied",
    ],
    ["without the key", bill(nobody, { entity: { __typename: "Bill" } }), {}, "access_denied"],
    ["without a value for an argument", bill(nobody, { arguments: {} }), {}, "access_denied"],
    [
      "with a value that is none of the argument's type",
      bill(nobody, { arguments: { service: "TEA" } }),
      {},
      "access_denied",
    ],
    ["that concerns nobody", bill([]), {}, "invalid_request"],
    ["of an unknown kind", { "urn:huimin:event:other": {} }, {}, "invalid_request"],
    ["of a subgraph without a key", bill(nobody), { subgraph: "pension" }, "invalid_issuer"],
    ["for another gateway", bill(nobody), { gatewayUrl: "http://elsewhere.test" }, "authentication_failed"],
    ["from two minutes ago", bill(nobody), { issuedAt: Math.floor(Date.now() / 1000) - 120 }, "authentication_failed"],
  ])("refuses an event %s, and the log says whose it was", async (_name, events, sent, err) => {
    const before = city.logged().length;
    const [status, body] = await send(events, sent);
    expect([status, JSON.parse(body)]).toEqual([400, { err, description: expect.any(String) }]);
    const line = city
      .logged()
      .slice(before)
      .split("\n")
      .find((each) => each.includes("an event is refused"));
    // Whose it is nobody can say where the issuer is nobody's.
    const subgraph = err === "invalid_issuer" ? undefined : (sent.subgraph ?? "utilities");
    expect(JSON.parse(line ?? "{}")).toMatchObject({ code: err, ...(subgraph && { subgraph }) });
  });

  it("refuses what another key has signed, other media types, and bodies of any size", async () => {
    const { privateKey } = await generateKeyPair("ES256");
    const good = keys.privateKey;
    keys.privateKey = privateKey;
    const [status, body] = await send(bill(nobody));
    keys.privateKey = good;
    expect([status, JSON.parse(body).err]).toEqual([400, "authentication_failed"]);
    expect((await send(bill(nobody), { contentType: "application/json" }))[0]).toBe(415);
    expect((await send(bill(Array.from({ length: 2_000 }, newCitizenId))))[0]).toBe(413);
  });
});

describe("a live subscription over WebSocket", () => {
  async function connect(citizen: string, lifetime: number) {
    const expiresAt = () => Math.floor(Date.now() / 1000) + lifetime;
    const authorization = `Bearer ${await city.token(citizen, { claims: { exp: expiresAt() } })}`;
    let opened: WebSocket | undefined;
    const pongs: unknown[] = [];
    const client = createSocketClient({
      url: `${city.gatewayUrl.replace("http", "ws")}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization },
      retryAttempts: 0,
      on: {
        connected: (socket) => {
          opened = socket as WebSocket;
        },
        pong: (_received, payload) => pongs.push(payload),
      },
    });
    leaving.push(() => void Promise.resolve(client.dispose()).catch(() => {}));
    const heard: Heard = { answers: [], ends: [] };
    client.subscribe(
      { query: "subscription { billIssued { id } }" },
      {
        next: (answer) => heard.answers.push(answer),
        error: (error) => heard.ends.push(JSON.stringify(error)),
        complete: () => heard.ends.push("complete"),
      },
    );
    await expect.poll(() => opened, until).toBeDefined();
    // The answer to a query comes after the subscription stands: messages are taken in their order.
    const { value } = await client.iterate({ query: "{ me { name { text } } }" }).next();
    expect(value).toEqual({ data: { me: { name: { text: `Name of ${citizen}` } } } });
    return { ...heard, pongs, ping: (payload: object) => opened?.send(JSON.stringify({ type: "ping", payload })) };
  }

  it("brings events, and queries on the same socket", async () => {
    const citizen = newCitizenId();
    const { answers } = await connect(citizen, 300);
    await send(bill([citizen]));
    await expect.poll(() => answers, until).toEqual([{ data: { billIssued: { id: "b-1" } } }]);
  });

  it("ends with its token: one clear error, then complete", async () => {
    const { answers, ends } = await connect(newCitizenId(), 2);
    await expect.poll(() => ends, until).toEqual(["complete"]);
    expect(answers).toMatchObject([{ errors: [{ extensions: { code: "TOKEN_EXPIRED" } }] }]);
  });

  it("goes on with a fresh token that comes in a ping, though not with somebody else's", async () => {
    const citizen = newCitizenId();
    const { answers, ends, pongs, ping } = await connect(citizen, 2);
    ping({ authorization: `Bearer ${await city.token(newCitizenId())}` });
    await expect.poll(() => pongs, until).toMatchObject([{ errors: [{ extensions: { code: "FORBIDDEN" } }] }]);
    ping({ authorization: `Bearer ${await city.token(citizen)}` });
    await expect.poll(() => pongs[1], until).toEqual({ expiresAt: expect.any(Number) });
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    await send(bill([citizen]));
    await expect.poll(() => answers, until).toEqual([{ data: { billIssued: { id: "b-1" } } }]);
    expect(ends).toEqual([]);
  });

  it.each([
    ["no token", undefined, 4401, "UNAUTHENTICATED"],
    ["a token that is none", { authorization: "Bearer nonsense" }, 4403, "TOKEN_INVALID"],
  ])("is closed to somebody with %s", async (_name, payload, code, reason) => {
    const socket = new WebSocket(`${city.gatewayUrl.replace("http", "ws")}/graphql`, "graphql-transport-ws");
    await once(socket, "open");
    socket.send(JSON.stringify({ type: "connection_init", payload }));
    const [closedWith, said] = await once(socket, "close");
    expect([closedWith, String(said)]).toEqual([code, reason]);
  });

  it("is closed to pages of other origins", async () => {
    const socket = new WebSocket(`${city.gatewayUrl.replace("http", "ws")}/graphql`, "graphql-transport-ws", {
      origin: "https://elsewhere.test",
    });
    const [error] = await once(socket, "error");
    expect(String(error)).toContain("403");
  });
});

it("one citizen cannot hold more live subscriptions than she may", async () => {
  const citizen = newCitizenId();
  const query = "subscription { billIssued { id } }";
  const all = await Promise.all(Array.from({ length: 21 }, () => subscribe(citizen, query)));
  const refused = () => all.filter(({ ends }) => ends.length > 0);
  await expect.poll(() => refused().length, until).toBe(1);
  expect(refused()[0]?.answers).toMatchObject([{ errors: [{ extensions: { code: "TOO_MANY_SUBSCRIPTIONS" } }] }]);
});

it("a gateway that stops says so to every subscription, and waits for none", async () => {
  const own = await startCity();
  const authorization = `Bearer ${await own.token(newCitizenId())}`;
  const client = createEventClient({ url: `${own.gatewayUrl}/graphql`, headers: { authorization }, retryAttempts: 0 });
  const answers = client.iterate({ query: "subscription { billIssued { id } }" });
  const next = answers.next();
  await new Promise((resolve) => setTimeout(resolve, 300));
  await own.close();
  expect((await next).value).toMatchObject({ errors: [{ extensions: { code: "SUBSCRIPTION_ENDED" } }] });
  expect((await answers.next()).done).toBe(true);
});
