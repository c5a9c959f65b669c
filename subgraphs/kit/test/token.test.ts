import { generateKeyPair, SignJWT } from "jose";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { transactionTokenHeader } from "../../../trust/transaction-token.ts";
import { citizenId } from "./citizens.ts";
import { type Fixture, startFixture } from "./fixture.ts";
import { signedFetch } from "./gateway.ts";

const gulnar = citizenId("gulnar");
const question = JSON.stringify({ query: "{ __typename }" });
const now = () => Math.floor(Date.now() / 1000);

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});

afterAll(() => fixture.close());

/** What the subgraph says to a good question under this token. */
async function answerTo(token: string | undefined, body = question, { endpoint } = fixture) {
  const headers = new Headers({ "content-type": "application/json" });
  if (token !== undefined) headers.set(transactionTokenHeader, token);
  const response = await signedFetch("fixture", endpoint, { method: "POST", headers, body });
  return { status: response.status, body: await response.json() };
}

/** A token that somebody else made to look like the gateway's. */
async function forgedToken(): Promise<string> {
  const { privateKey } = await generateKeyPair("ES256");
  return await new SignJWT({ scope: "fixture:read", txn: "1", req_wl: "portal" })
    .setProtectedHeader({ alg: "ES256", typ: "txntoken+jwt", kid: "key-1" })
    .setIssuer(fixture.gateway.url)
    .setAudience("urn:huimin:subgraph:fixture")
    .setSubject(gulnar)
    .setIssuedAt()
    .setExpirationTime("1m")
    .sign(privateKey);
}

const refusedTokens: readonly [string, () => Promise<string | undefined>][] = [
  ["no token", async () => undefined],
  ["no JWT", async () => "eyJub3QiOiJhIHRva2VuIn0"],
  ["a token for another subgraph", () => fixture.gateway.token("health", gulnar)],
  ["an expired token", () => fixture.gateway.token("fixture", gulnar, {}, now() - 120)],
  ["a token that was signed by somebody else", forgedToken],
];

describe("a subgraph's door", () => {
  it.each(refusedTokens)("is closed to %s", async (_name, makeToken) => {
    expect(await answerTo(await makeToken())).toEqual({
      status: 401,
      body: {
        errors: [{ message: "This service answers the gateway only.", extensions: { code: "UNAUTHENTICATED" } }],
      },
    });
  });

  it("refuses an oversized body unread when there is no token", async () => {
    expect((await answerTo(undefined, "x".repeat(2_000_000))).status).toBe(401);
  });

  it("is forbidden to a caller without the scope of the subgraph", async () => {
    const token = await fixture.gateway.token("fixture", gulnar, { scopes: new Set(["health:read"]) });
    expect(await answerTo(token)).toEqual({
      status: 403,
      body: { errors: [{ message: "You are not allowed to read this.", extensions: { code: "FORBIDDEN" } }] },
    });
  });

  it("is open to the gateway", async () => {
    const token = await fixture.gateway.token("fixture", gulnar);
    expect(await answerTo(token)).toEqual({ status: 200, body: { data: { __typename: "Query" } } });
  });

  it("closes again behind a token that was good and is over, and stays open to nobody who resembles it", async () => {
    const token = await fixture.gateway.token("fixture", gulnar);
    expect((await answerTo(token)).status).toBe(200);
    expect((await answerTo(token)).status).toBe(200);
    expect((await answerTo(`${token.slice(0, -4)}AAAA`)).status).toBe(401);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 90_000 });
    try {
      expect((await answerTo(token)).status).toBe(401);
    } finally {
      vi.useRealTimers();
    }
  });

  it("logs why it refused, and never the token", async () => {
    const token = await fixture.gateway.token("health", gulnar);
    await answerTo(token);
    expect(fixture.logged()).toContain('unexpected \\"aud\\" claim value');
    expect(fixture.logged()).not.toContain(token);
  });
});

describe("the gateway's keys", () => {
  let own: Fixture;

  const minutesLater = (minutes: number) => vi.setSystemTime(Date.now() + minutes * 60_000);
  const statusNow = async () => (await answerTo(await own.gateway.token("fixture", gulnar), question, own)).status;

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    own = await startFixture();
    expect(await statusNow()).toBe(200);
  });

  afterEach(async () => {
    vi.useRealTimers();
    await own.close();
  });

  it("are learnt anew when a token names a new one", async () => {
    await own.gateway.rotate();
    minutesLater(1);
    expect(await statusNow()).toBe(200);
  });

  it("stay good while the gateway is away for less than an hour", async () => {
    own.gateway.away(true);
    minutesLater(59);
    expect(await statusNow()).toBe(200);
  });

  it("are no longer trusted when the gateway is away for longer, and are again when it is back", async () => {
    own.gateway.away(true);
    minutesLater(61);
    expect(await statusNow()).toBe(500);
    own.gateway.away(false);
    expect(await statusNow()).toBe(200);
  });

  it("do not open the door to a key that nobody could look up", async () => {
    own.gateway.away(true);
    await own.gateway.rotate();
    minutesLater(1);
    expect(await statusNow()).toBe(500);
  });

  it("are forgotten when the gateway withdraws them", async () => {
    const withdrawn = await own.gateway.token("fixture", gulnar, {}, now() + 11 * 60);
    await own.gateway.rotate({ withdraw: true });
    minutesLater(11);
    expect((await answerTo(withdrawn, question, own)).status).toBe(401);
  });
});
