import { KeyObject } from "node:crypto";
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createMemoryStore } from "../../../platform/keyvalue.ts";
import { callKey } from "../../../trust/call-keys.ts";
import { type SignedCall, signCall, verifyAnswer } from "../../../trust/call-signature.ts";
import { ecdsaP256Signer, hmacSha256 } from "../../../trust/http-signature.ts";
import { type CallSignature, signatureHeaders } from "../../../trust/signature-headers.ts";
import { transactionTokenHeader } from "../../../trust/transaction-token.ts";
import { citizenId } from "./citizens.ts";
import { type Fixture, startFixture } from "./fixture.ts";
import { testCallKey } from "./gateway.ts";

const gulnar = citizenId("gulnar");
const body = JSON.stringify({ query: "{ __typename }" });
const now = () => Math.floor(Date.now() / 1000);
const key = hmacSha256("fixture", testCallKey.bytes);

let fixture: Fixture;
let token: string;

beforeAll(async () => {
  fixture = await startFixture();
  token = await fixture.gateway.token("fixture", gulnar);
});

afterAll(() => fixture.close());

interface Call {
  readonly headers: Record<string, string>;
  readonly made: CallSignature;
}

/** A good call; `change` says what is unusual in what was signed. */
function signed(change: Partial<SignedCall> = {}, signer = key, at = now()): Call {
  const { host: authority, pathname: target } = new URL(fixture.endpoint);
  const call = { method: "POST", authority, target, contentType: "application/json", token, ...change };
  const { headers, made } = signCall(call, body, signer, crypto.randomUUID(), at);
  return { headers: { "content-type": "application/json", [transactionTokenHeader]: token, ...headers }, made };
}

async function send({ headers }: Pick<Call, "headers">, content = body, url = fixture.endpoint) {
  const response = await fetch(url, { method: "POST", headers, body: content });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const nothing = JSON.stringify({
  errors: [{ message: "This service answers the gateway only.", extensions: { code: "UNAUTHENTICATED" } }],
});

const swapped = (name: string, value: string) => {
  const { headers } = signed();
  return { headers: { ...headers, [name]: value } };
};
const without = (name: string) => {
  const { headers } = signed();
  return { headers: Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name)) };
};

describe("a call to a subgraph", () => {
  it("that the gateway has signed is answered, with a signature over both", async () => {
    const call = signed();
    const { status, headers, text } = await send(call);
    expect([status, text]).toEqual([200, '{"data":{"__typename":"Query"}}']);
    const answer = { status, contentType: headers.get("content-type") ?? "" };
    const check = (said = text, to = call.made) =>
      verifyAnswer(answer, said, signatureHeaders(Object.fromEntries(headers.entries())), to, key);
    expect(() => check()).not.toThrow();
    expect(() => check(text.replace("Query", "query"))).toThrow();
    expect(() => check(text, signed().made)).toThrow();
  });

  it.each<[string, () => Pick<Call, "headers">, string?]>([
    ["without a signature", () => without("signature")],
    ["without what it covers", () => without("signature-input")],
    ["without a digest", () => without("content-digest")],
    ["signed with another's key", () => signed({}, hmacSha256("fixture", Buffer.alloc(32, 8)))],
    ["signed with the key of another subgraph", () => signed({}, hmacSha256("health", testCallKey.bytes))],
    ["signed a minute ago", () => signed({}, key, now() - 60)],
    ["signed in the time to come", () => signed({}, key, now() + 60)],
    ["signed for another address", () => signed({ authority: "other.example" })],
    ["signed for another path", () => signed({ target: "/graphql?other" })],
    ["signed for another method", () => signed({ method: "GET" })],
    ["signed for another citizen's token", () => signed({ token: "another" })],
    ["under another content type", () => swapped("content-type", "text/plain")],
    ["whose digest was altered", () => swapped("content-digest", "sha-256=:AAAA:")],
    ["whose body was altered", () => signed(), body.replace("typename", "TYPENAME")],
    [
      "that claims to cover less",
      () => {
        const { headers } = signed();
        const input = String(headers["signature-input"]).replace(' "txn-token"', "");
        return { headers: { ...headers, "signature-input": input } };
      },
    ],
    [
      "whose life was made longer",
      () => {
        const { headers } = signed({}, key, now() - 30);
        const input = String(headers["signature-input"]).replace(/expires=\d+/, `expires=${now() + 20}`);
        return { headers: { ...headers, "signature-input": input } };
      },
    ],
    ["whose signature is no signature", () => swapped("signature", "huimin=::")],
    ["whose input is endless", () => swapped("signature-input", `huimin=(${'"@method" '.repeat(500)})`)],
  ])("%s is answered 401 and nothing else", async (_name, make, content = body) => {
    const { status, text } = await send(make(), content);
    expect([status, text]).toEqual([401, nothing]);
  });

  it("counts once", async () => {
    const call = signed();
    expect((await send(call)).status).toBe(200);
    const again = await send(call);
    expect([again.status, again.text]).toEqual([401, nothing]);
  });

  it("that is refused for its token or its scope is refused under a signature too", async () => {
    const health = await fixture.gateway.token("fixture", gulnar, { scopes: new Set(["health:read"]) });
    const call = signed({ token: health });
    const { status, headers, text } = await send({ headers: { ...call.headers, [transactionTokenHeader]: health } });
    expect(status).toBe(403);
    const answer = { status, contentType: headers.get("content-type") ?? "" };
    verifyAnswer(answer, text, signatureHeaders(Object.fromEntries(headers.entries())), call.made, key);
  });
});

describe("a call to a company", () => {
  it("that goes with a good token is refused when it is signed with another key than the token is bound to", async () => {
    const company = await startFixture({
      callKey: callKey.parse(`ed25519:${Buffer.alloc(32, 3).toString("base64url")}`),
    });
    try {
      const { gateway, endpoint } = company;
      const { host: authority, pathname: target } = new URL(endpoint);
      const callWith = (bearer: string) => {
        const { key: privateKey, keyId } = gateway.signer();
        const call = { method: "POST", authority, target, contentType: "application/json", token: bearer };
        const signer = ecdsaP256Signer(keyId, KeyObject.from(privateKey));
        const { headers } = signCall(call, body, signer, crypto.randomUUID(), now());
        const all = { "content-type": "application/json", [transactionTokenHeader]: bearer, ...headers };
        return send({ headers: all }, body, endpoint);
      };
      const before = await gateway.token("fixture", gulnar);
      expect((await callWith(before)).status).toBe(200);
      // Both keys are the gateway's own and published: each may sign, and neither for the other's tokens.
      await gateway.rotate();
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 6_000 });
      const after = await gateway.token("fixture", gulnar);
      expect((await callWith(after)).status).toBe(200);
      expect((await callWith(before)).text).toBe(nothing);
      expect(company.logged()).toContain("the token is bound to another key than the call's");
    } finally {
      vi.useRealTimers();
      await company.close();
    }
  });
});

describe("a call to one of several replicas", () => {
  it("counts once at all of them, when they share a store", async () => {
    const shared = createMemoryStore();
    const replica = await startFixture({ shared });
    const other = await startFixture({ shared, gateway: replica.gateway });
    try {
      const { host: authority, pathname: target } = new URL(replica.endpoint);
      const bearer = await replica.gateway.token("fixture", gulnar);
      const call = { method: "POST", authority, target, contentType: "application/json", token: bearer };
      const { headers } = signCall(call, body, key, crypto.randomUUID(), now());
      // Both answer to the name by which the gateway calls the subgraph.
      const sent = {
        host: authority,
        "content-type": "application/json",
        [transactionTokenHeader]: bearer,
        ...headers,
      };
      expect(await statusOf(replica.endpoint, sent)).toBe(200);
      expect(await statusOf(other.endpoint, sent)).toBe(401);
      expect(other.logged()).toContain("the call has been answered already");
    } finally {
      await Promise.all([replica.close(), other.close()]);
    }
  });
});

/** Posts the body with just these headers; `fetch` would not let the test choose `Host`. */
async function statusOf(endpoint: string, headers: Record<string, string>): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  request(endpoint, { method: "POST", headers }, (response) => {
    response.resume().on("end", () => resolve(response.statusCode));
  })
    .on("error", reject)
    .end(body);
  return await promise;
}
