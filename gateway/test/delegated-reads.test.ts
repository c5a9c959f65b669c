/** Whoever acts for another is recorded before she reads: through the front door, before the city's own subgraphs. */
import { createClient } from "graphql-sse";
import { decodeJwt } from "jose";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventKinds, eventTokenMediaType, signEventToken } from "../../trust/event-token.ts";
import { transactionAt, transactionTokenHeader } from "../../trust/transaction-token.ts";
import { newCitizenId, startCity, type TestCity } from "./city.ts";
import { type EventKeys, startEventKeys } from "./event-keys.ts";

let keys: EventKeys;
let city: TestCity;
beforeAll(async () => {
  keys = await startEventKeys();
  city = await startCity({ settings: { HUIMIN_EVENT_KEYS: `utilities=${keys.url}` } });
});
afterAll(async () => {
  await city.close();
  await keys.close();
});
beforeEach(() => {
  city.issuer.record.reads.length = 0;
  city.issuer.record.status = 200;
  city.issuer.record.outcomeOf = () => "kept";
  for (const { calls } of Object.values(city.subgraphs)) calls.length = 0;
});

const mother = newCitizenId();
const child = newCitizenId();
const acting = { act: { sub: mother }, withheld: [] };
const graph = "citizen:read health:read utilities:read";
const callsMade = () => Object.values(city.subgraphs).flatMap(({ calls }) => calls).length;
const kinds = () => city.issuer.record.reads.map(({ categories }) => categories);

async function ask(query: string, claims: Record<string, unknown> = acting) {
  const token = await city.token(child, { claims: { scope: graph, ...claims } });
  const { data, errors, headers } = await city.query(query, { token });
  return { data, codes: errors?.map(({ extensions }) => extensions.code), headers };
}

const named = "{ me { name { text } } }";

const until = { timeout: 10_000, interval: 10 };

describe("whoever acts for another", () => {
  it("is recorded with each request: who, for whom, through what, and of which kinds she was granted", async () => {
    const { data, codes } = await ask("{ me { name { text } coverage { status } pension { status } } }");
    expect(data?.me).toEqual({ name: { text: `Name of ${child}` }, coverage: { status: "ACTIVE" }, pension: null });
    expect(codes).toEqual(["FORBIDDEN"]);
    await ask(named);
    expect(city.issuer.record.reads[0]).toEqual({
      reader: "delegate",
      transaction: expect.stringMatching(/^[\w-]{43}$/),
      person: mother,
      citizens: [child],
      client: "cli",
      categories: ["health.insurance", "person.name"],
    });
    expect(kinds()).toEqual([["health.insurance", "person.name"], ["person.name"]]);
  });

  it("is recorded where services are asked for what is of no kind, and not where none will be", async () => {
    await ask("{ me { id } }");
    await ask("{ me { pension { status } } }", { ...acting, scope: "pension:none" });
    await ask("{ __typename }");
    expect(kinds()).toEqual([[]]);
  });

  it("leaves no copy on the way", async () => {
    expect((await ask(named)).headers.get("cache-control")).toContain("no-store");
  });

  it.each([
    ["when identity does not answer", () => Object.assign(city.issuer.record, { status: 503 }), "READ_NOT_RECORDED"],
    [
      "when identity knows no right of hers any more",
      () => Object.assign(city.issuer.record, { outcomeOf: () => "unknown-person" }),
      "FORBIDDEN",
    ],
  ])("reads nothing, and nobody is asked, %s; the citizen herself reads", async (_when, fail, code) => {
    fail();
    const { data, codes } = await ask(named);
    expect([data, codes, callsMade()]).toEqual([undefined, [code], 0]);
    expect((await ask(named, {})).data).toEqual({ me: { name: { text: `Name of ${child}` } } });
    expect(city.issuer.record.reads).toEqual([]);
  });

  it("reads nothing while identity is down, and reads again when it is back", async () => {
    await ask(named);
    await city.issuer.stop();
    const { data, codes } = await ask(named);
    expect([data, codes]).toEqual([undefined, ["READ_NOT_RECORDED"]]);
    expect((await ask(named, {})).codes).toBeUndefined();
    await city.issuer.start();
    await expect.poll(async () => (await ask(named)).codes, until).toBeUndefined();
    expect(kinds()).toEqual([["person.name"], ["person.name"]]);
  });
});

const billed = "subscription { billIssued { id amount { amount } } }";
const bill = { data: { billIssued: { id: "b-1", amount: { amount: 4_200 } } } };

describe("a subscription for another", () => {
  const leaving: (() => void)[] = [];
  afterEach(() => {
    for (const leave of leaving.splice(0)) leave();
  });

  async function listen(claims: Record<string, unknown> = acting) {
    const authorization = `Bearer ${await city.token(child, { claims: { scope: graph, ...claims } })}`;
    const client = createClient({ url: `${city.gatewayUrl}/graphql`, headers: { authorization }, retryAttempts: 0 });
    const heard: unknown[] = [];
    const accepted = Promise.withResolvers<void>();
    leaving.push(
      client.subscribe(
        { query: billed },
        { next: (answer) => heard.push(answer), error: (error) => heard.push(error), complete: () => {} },
        { connected: () => accepted.resolve() },
      ),
    );
    await accepted.promise;
    return heard;
  }

  async function announce() {
    const entity = { __typename: "Bill", id: "b-1" };
    const happened = { field: "billIssued", entity, citizens: [child], arguments: { service: "WATER" } };
    const signer = { subgraph: "utilities", key: keys.privateKey, keyId: keys.keyId };
    const events = { [eventKinds.announcement]: happened };
    const body = await signEventToken(signer, city.gatewayUrl, crypto.randomUUID(), events, Date.now() / 1000);
    const headers = { "content-type": eventTokenMediaType };
    expect((await fetch(`${city.gatewayUrl}/events`, { method: "POST", headers, body })).status).toBe(202);
  }

  it("is recorded when it begins, and with every event before that is read", async () => {
    const heard = await listen();
    expect(kinds()).toEqual([["utility.bill"]]);
    await announce();
    await expect.poll(() => heard, until).toEqual([bill]);
    expect(kinds()).toEqual([["utility.bill"], ["utility.bill"]]);
    const [{ transaction } = { transaction: "" }] = city.issuer.record.reads;
    const tokens = city.subgraphs.utilities.calls.map((headers) => decodeJwt(String(headers[transactionTokenHeader])));
    expect(tokens.map(({ txn }) => txn)).toEqual([transactionAt(transaction, "utilities")]);
    city.issuer.record.status = 503;
    const asked = callsMade();
    await announce();
    await expect.poll(() => JSON.stringify(heard[1]), until).toContain("READ_NOT_RECORDED");
    expect([JSON.stringify(heard[1]), callsMade()]).toEqual([expect.not.stringContaining("4200"), asked]);
  });

  it("does not begin unrecorded; hers does, and is never recorded", async () => {
    city.issuer.record.status = 503;
    const heard = await listen();
    await expect.poll(() => JSON.stringify(heard), until).toContain("READ_NOT_RECORDED");
    const hers = await listen({});
    await announce();
    await expect.poll(() => hers, until).toEqual([bill]);
    expect(city.issuer.record.reads).toEqual([]);
  });
});
