/** Tokens that are bound to a key: OAuth 2.0 Demonstrating Proof of Possession (RFC 9449) at the graph. */
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { otherCertificate, passedCertificate } from "../../platform/test/certificates.ts";
import { newCitizenId, startCity, type TestCity } from "./city.ts";

interface Key {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

let city: TestCity;
let graph: string;
let hers: Key;
let thiefs: Key;
let token: string;

beforeAll(async () => {
  city = await startCity();
  graph = `${city.gatewayUrl}/graphql`;
  [hers, thiefs] = [await newKey(), await newKey()];
  token = await boundTo(hers);
});
afterAll(() => city.close());

async function newKey(alg = "ES256"): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { privateKey, jwk: await exportJWK(publicKey) };
}

async function boundTo({ jwk }: Key, claims: object = {}): Promise<string> {
  return await city.token(newCitizenId(), { claims: { cnf: { jkt: await calculateJwkThumbprint(jwk) }, ...claims } });
}

interface Flaws {
  readonly key?: Key;
  readonly alg?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly for?: string;
}

/** A proof for a POST to the graph with her token, good but for its flaws. */
async function proof({ key = hers, alg = "ES256", claims, header, for: shown = token }: Flaws = {}): Promise<string> {
  const ath = createHash("sha256").update(shown).digest("base64url");
  const iat = Math.floor(Date.now() / 1000);
  return await new SignJWT({ htm: "POST", htu: graph, ath, iat, jti: randomUUID(), ...claims })
    .setProtectedHeader({ alg, typ: "dpop+jwt", jwk: key.jwk, ...header })
    .sign(key.privateKey, { crit: { huimin: true } });
}

/** What she hears who sends these headers. */
async function ask(headers: Record<string, string>) {
  const answer = await city.query("{ me { id } }", { headers });
  const { status, errors, headers: sent } = answer;
  return { status, code: errors?.[0]?.extensions.code, challenge: sent.get("www-authenticate") };
}

const askWith = async (dpop: string, shown = token) => await ask({ authorization: `DPoP ${shown}`, dpop });
const good = { status: 200, code: undefined };
const invalidProof = { status: 401, code: "DPOP_PROOF_INVALID" };
const invalidToken = { status: 401, code: "TOKEN_INVALID" };
const now = () => Math.floor(Date.now() / 1000);

describe("a token that is bound to a key", () => {
  it("opens the graph with a proof of the key, a new one for each request", async () => {
    expect(await askWith(await proof())).toMatchObject(good);
    expect(await askWith(await proof())).toMatchObject(good);
  });

  it.each(["EdDSA", "PS256"])("may be bound to a key for %s", async (alg) => {
    const key = await newKey(alg);
    const shown = await boundTo(key);
    expect(await askWith(await proof({ key, alg, for: shown }), shown)).toMatchObject(good);
  });

  it("is no bearer token, with a proof or without", async () => {
    expect(await ask({ authorization: `Bearer ${token}` })).toMatchObject(invalidToken);
    expect(await ask({ authorization: `Bearer ${token}`, dpop: await proof() })).toMatchObject(invalidToken);
  });

  it("is nothing without a proof, and the answer says how to make one", async () => {
    const { challenge, ...answer } = await ask({ authorization: `DPoP ${token}` });
    expect(answer).toEqual(invalidProof);
    expect(challenge).toMatch(/^DPoP realm="huimin", error="invalid_dpop_proof", .*algs="ES256 EdDSA Ed25519 PS256"$/);
  });

  it("is nothing to a thief, who has another key", async () => {
    expect(await askWith(await proof({ key: thiefs }))).toMatchObject(invalidProof);
    const herKeyHisSignature = await proof({ key: { privateKey: thiefs.privateKey, jwk: hers.jwk } });
    expect(await askWith(herKeyHisSignature)).toMatchObject(invalidProof);
  });

  it("wins nothing by being verified before: each request proves anew", async () => {
    expect(await askWith(await proof())).toMatchObject(good);
    expect(await askWith(await proof({ key: thiefs }))).toMatchObject(invalidProof);
  });
});

it("a token that is bound to no key does not become better by a proof", async () => {
  const bearer = await city.token(newCitizenId());
  expect(await ask({ authorization: `Bearer ${bearer}` })).toMatchObject(good);
  expect(await askWith(await proof({ for: bearer }), bearer)).toMatchObject(invalidToken);
});

describe("a proof does not count", () => {
  it.each<[string, () => Flaws]>([
    ["for another method", () => ({ claims: { htm: "GET" } })],
    ["for another address", () => ({ claims: { htu: "https://elsewhere.example/graphql" } })],
    ["for another path", () => ({ claims: { htu: `${city.gatewayUrl}/graphiql` } })],
    ["for no address", () => ({ claims: { htu: "graphql" } })],
    ["for another token", () => ({ for: "another" })],
    ["for no token", () => ({ claims: { ath: undefined } })],
    ["without a time", () => ({ claims: { iat: undefined } })],
    ["that has ended", () => ({ claims: { exp: now() - 120 } })],
    ["of two minutes ago", () => ({ claims: { iat: now() - 120 } })],
    ["of the future", () => ({ claims: { iat: now() + 120 } })],
    ["without an identifier", () => ({ claims: { jti: undefined } })],
    ["with an endless identifier", () => ({ claims: { jti: "x".repeat(300) } })],
    ["that is another kind of JWT", () => ({ header: { typ: "JWT" } })],
    ["with a header longer than any key", () => ({ header: { more: "x".repeat(2_000) } })],
    ["without a key in it", () => ({ header: { jwk: undefined } })],
  ])("%s", async (_what, flaws) => {
    expect(await askWith(await proof(flaws()))).toMatchObject(invalidProof);
  });

  it("that gives the private key away", async () => {
    const jwk = await exportJWK(hers.privateKey);
    expect(await askWith(await proof({ key: { ...hers, jwk } }))).toMatchObject(invalidProof);
  });

  it("that demands what nobody knows", async () => {
    expect(await askWith(await proof({ header: { crit: ["huimin"], huimin: true } }))).toMatchObject(invalidProof);
  });

  it("by an RSA key so long that its check would keep others waiting", async () => {
    const { privateKey, publicKey } = await generateKeyPair("PS256", { modulusLength: 5120 });
    const key = { privateKey, jwk: await exportJWK(publicKey) };
    const shown = await boundTo(key);
    expect(await askWith(await proof({ key, alg: "PS256", for: shown }), shown)).toMatchObject(invalidProof);
  });

  it("that is signed by another algorithm, or by none", async () => {
    const key = await newKey("RS256");
    const shown = await boundTo(key);
    expect(await askWith(await proof({ key, alg: "RS256", for: shown }), shown)).toMatchObject(invalidProof);
    const [, claims] = (await proof()).split(".");
    const none = Buffer.from(JSON.stringify({ alg: "none", typ: "dpop+jwt", jwk: hers.jwk })).toString("base64url");
    expect(await askWith(`${none}.${claims}.`)).toMatchObject(invalidProof);
    expect(await askWith("not a proof")).toMatchObject(invalidProof);
  });

  it("twice: of ten at the same moment one counts", async () => {
    const once = await proof();
    const answers = await Promise.all(Array.from({ length: 10 }, () => askWith(once)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ code }) => code === "DPOP_PROOF_INVALID")).toHaveLength(9);
  });

  it("but for this address however its query and fragment are", async () => {
    expect(await askWith(await proof({ claims: { htu: `${graph}?query=x#y` } }))).toMatchObject(good);
  });
});

describe("a token that is bound to a certificate (RFC 8705, 3)", () => {
  const thumbprint = createHash("sha256")
    .update(Buffer.from(passedCertificate.slice(1, -1), "base64"))
    .digest("base64url");
  const bound = (at: TestCity) => at.token(newCitizenId(), { claims: { cnf: { "x5t#S256": thumbprint } } });
  const askAt = async (at: TestCity, headers: Record<string, string>) => {
    const { status, errors } = await at.query("{ me { id } }", { token: await bound(at), headers });
    return { status, code: errors?.[0]?.extensions.code };
  };

  it("opens the graph when the proxy passes that certificate, and only then", async () => {
    const proxied = await startCity({ settings: { HUIMIN_CLIENT_CERT_HEADER: "Client-Cert" } });
    try {
      expect(await askAt(proxied, { "client-cert": passedCertificate })).toEqual(good);
      expect(await askAt(proxied, { "client-cert": otherCertificate })).toEqual(invalidToken);
      expect(await askAt(proxied, { "client-cert": "nonsense" })).toEqual(invalidToken);
      expect(await askAt(proxied, {})).toEqual(invalidToken);
    } finally {
      await proxied.close();
    }
  });

  it("is worth nothing at a gateway that has no such proxy: the header is then anybody's word", async () => {
    expect(await askAt(city, { "client-cert": passedCertificate })).toEqual(invalidToken);
  });
});

describe("over WebSocket", () => {
  const connect = async () => {
    const socket = new WebSocket(graph.replace("http", "ws"), "graphql-transport-ws");
    await once(socket, "open");
    const said: { type: string; payload?: unknown }[] = [];
    socket.on("message", (data) => said.push(JSON.parse(String(data)) as { type: string }));
    const closed = once(socket, "close").then(([code, reason]) => [code, String(reason)]);
    const send = (message: object) => socket.send(JSON.stringify(message));
    return { socket, said, closed, send };
  };
  const get = { claims: { htm: "GET" } };

  it("the first message proves for the life of the socket", async () => {
    const { socket, said, send } = await connect();
    const payload = { authorization: `DPoP ${token}`, dpop: await proof(get) };
    send({ type: "connection_init", payload });
    await expect.poll(() => said.map(({ type }) => type)).toEqual(["connection_ack"]);
    for (const id of ["1", "2"]) send({ type: "subscribe", id, payload: { query: "{ me { id } }" } });
    await expect.poll(() => said.filter(({ type }) => type === "next").length).toBe(2);
    expect(JSON.stringify(said)).not.toContain("errors");
    socket.close();
  });

  it("a fresh token brings a proof of its own", async () => {
    const { socket, said, send } = await connect();
    const subject = newCitizenId();
    const cnf = { jkt: await calculateJwkThumbprint(hers.jwk) };
    const [first, fresh] = [
      await city.token(subject, { claims: { cnf } }),
      await city.token(subject, { claims: { cnf } }),
    ];
    const renew = async (dpop: string) => send({ type: "ping", payload: { authorization: `DPoP ${fresh}`, dpop } });
    send({
      type: "connection_init",
      payload: { authorization: `DPoP ${first}`, dpop: await proof({ ...get, for: first }) },
    });
    await expect.poll(() => said.length).toBe(1);
    await renew(await proof({ ...get, key: thiefs, for: fresh }));
    await expect
      .poll(() => said[1]?.payload)
      .toMatchObject({ errors: [{ extensions: { code: "DPOP_PROOF_INVALID" } }] });
    await renew(await proof({ ...get, for: fresh }));
    await expect.poll(() => said[2]?.payload).toMatchObject({ expiresAt: expect.any(Number) });
    socket.close();
  });

  it.each<[string, () => Promise<object>]>([
    ["no proof", async () => ({ authorization: `DPoP ${token}` })],
    ["a proof for a POST", async () => ({ authorization: `DPoP ${token}`, dpop: await proof() })],
    ["a thief's proof", async () => ({ authorization: `DPoP ${token}`, dpop: await proof({ ...get, key: thiefs }) })],
  ])("%s closes it", async (_what, payload) => {
    const { closed, send } = await connect();
    send({ type: "connection_init", payload: await payload() });
    expect(await closed).toEqual([4403, "DPOP_PROOF_INVALID"]);
  });
});
