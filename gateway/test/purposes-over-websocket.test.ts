/** For what purpose a caseworker reads over WebSocket: stated once for the socket, recorded with each operation. */
import { createClient } from "graphql-ws";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { newCitizenId, startCity, type TestCity } from "./city.ts";

let city: TestCity;
beforeAll(async () => {
  city = await startCity();
});
afterAll(() => city.close());

const leaving: (() => unknown)[] = [];
beforeEach(() => {
  city.issuer.record.reads.length = 0;
  city.issuer.record.status = 200;
});
afterEach(async () => {
  for (const leave of leaving.splice(0)) await leave();
});

const staff = newCitizenId();
const ana = newCitizenId();
const purpose = "pension-determination";
const named = `{ citizen(id: "${ana}") { name { text } coverage { status } } }`;
const answer = {
  data: { citizen: { name: { text: `Name of ${ana}` }, coverage: null } },
  errors: [expect.objectContaining({ path: ["citizen", "coverage"], extensions: { code: "FORBIDDEN" } })],
};

const tokenOf = async () =>
  `Bearer ${await city.token(staff, { claims: { department: "pension", role: "caseworker", acr: "urn:huimin:loa:3" } })}`;

interface Stating {
  /** In the payload of the first message. */
  readonly inPayload?: object;
  /** In the handshake, where a program can set headers. */
  readonly inHeaders?: Readonly<Record<string, string>>;
}

async function connect({ inPayload = {}, inHeaders = {} }: Stating) {
  class Socket extends WebSocket {
    constructor(url: string, protocols: string) {
      super(url, protocols, { headers: inHeaders });
    }
  }
  const url = `${city.gatewayUrl.replace("http", "ws")}/graphql`;
  const connectionParams = { authorization: await tokenOf(), ...inPayload };
  const client = createClient({ url, webSocketImpl: Socket, connectionParams, lazy: true, retryAttempts: 0 });
  leaving.push(() => client.dispose());
  return client;
}

/** All that comes of one operation: its answers, or how it is refused. */
async function run(client: Awaited<ReturnType<typeof connect>>, query: string): Promise<unknown[]> {
  const { promise, resolve } = Promise.withResolvers<unknown[]>();
  const heard: unknown[] = [];
  client.subscribe(
    { query },
    {
      next: (each) => heard.push(each),
      // A socket that is closed says why in its reason.
      error: (error) => resolve([Reflect.get(Object(error), "reason") ?? error]),
      complete: () => resolve(heard),
    },
  );
  return await promise;
}

describe("a caseworker on a socket", () => {
  it.each<[string, Stating]>([
    ["the first message", { inPayload: { "huimin-purpose": purpose } }],
    ["the first message, written as the header is", { inPayload: { "Huimin-Purpose": purpose } }],
    ["the handshake", { inHeaders: { "huimin-purpose": purpose } }],
  ])("reads for the purpose of %s, and each operation is recorded", async (_where, stating) => {
    const client = await connect(stating);
    expect(await Promise.all([run(client, named), run(client, named)])).toEqual([[answer], [answer]]);
    const read = { reader: "caseworker", person: staff, citizens: [ana], purpose, categories: ["person.name"] };
    expect(city.issuer.record.reads).toEqual([expect.objectContaining(read), expect.objectContaining(read)]);
  });

  it("reads nothing that cannot be recorded, and goes on when it can", async () => {
    const client = await connect({ inPayload: { "huimin-purpose": purpose } });
    city.issuer.record.status = 503;
    expect(JSON.stringify(await run(client, named))).toContain("READ_NOT_RECORDED");
    city.issuer.record.status = 200;
    expect(await run(client, named)).toEqual([answer]);
  });

  it("keeps her purpose when a fresh token takes the place of the one before", async () => {
    const socket = new WebSocket(`${city.gatewayUrl.replace("http", "ws")}/graphql`, "graphql-transport-ws");
    leaving.push(() => socket.terminate());
    const received: { readonly type: string; readonly payload?: object }[] = [];
    socket.on("message", (data) => received.push(JSON.parse(String(data))));
    const send = (message: object) => socket.send(JSON.stringify(message));
    const arrived = (type: string) =>
      expect.poll(() => received.find((each) => each.type === type)?.payload).toBeDefined();
    await expect.poll(() => socket.readyState).toBe(WebSocket.OPEN);
    send({ type: "connection_init", payload: { authorization: await tokenOf(), "huimin-purpose": purpose } });
    await expect.poll(() => received.map(({ type }) => type)).toEqual(["connection_ack"]);
    send({ type: "ping", payload: { authorization: await tokenOf() } });
    await arrived("pong");
    send({ type: "subscribe", id: "1", payload: { query: named } });
    await arrived("next");
    expect(received.find(({ type }) => type === "next")?.payload).toEqual(answer);
    expect(city.issuer.record.reads).toEqual([expect.objectContaining({ purpose, citizens: [ana] })]);
  });

  it("subscribes to nothing for a purpose, and changes nothing", async () => {
    const client = await connect({ inPayload: { "huimin-purpose": purpose } });
    const refused = await run(client, "subscription { billIssued { id } }");
    expect(JSON.stringify(refused)).toContain("queries only");
    expect(city.issuer.record.reads).toEqual([]);
  });

  it.each([
    ["curiosity", "BAD_REQUEST"],
    ["treatment", "FORBIDDEN"],
  ])("is not let onto a socket for the purpose %s", async (stated, code) => {
    expect(await run(await connect({ inPayload: { "huimin-purpose": stated } }), named)).toEqual([code]);
  });

  it("reads nobody without one", async () => {
    expect(JSON.stringify(await run(await connect({}), named))).toContain("FORBIDDEN");
    expect(city.issuer.record.reads).toEqual([]);
  });
});
