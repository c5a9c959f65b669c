import { calculateJwkThumbprint, createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { type AccessTokenPolicy, verifyAccessToken } from "../access-token.ts";
import type { Caller } from "../caller.ts";
import {
  mintTransactionToken,
  type TransactionTokenSigner,
  transactionTokenLifetime,
  verifyTransactionToken,
} from "../transaction-token.ts";

const issuer = "http://localhost:4002";
const audience = "http://localhost:4001/graphql";
const now = () => Math.floor(Date.now() / 1000);

let pair: Awaited<ReturnType<typeof generateKeyPair>>;
let stranger: Awaited<ReturnType<typeof generateKeyPair>>;
let policy: AccessTokenPolicy;
let signer: TransactionTokenSigner;

beforeAll(async () => {
  pair = await generateKeyPair("ES256");
  stranger = await generateKeyPair("ES256");
  const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: "k1", alg: "ES256" }] });
  policy = { issuer, audience, keys };
  const keyThumbprint = await calculateJwkThumbprint(pair.publicKey);
  signer = { issuer: "http://localhost:4001", key: pair.privateKey, keyId: "k1", keyThumbprint };
});

const claims = () => ({
  iss: issuer,
  aud: audience,
  sub: "hm1_x",
  client_id: "portal",
  scope: "citizen:read health:read",
  jti: "1",
  iat: now(),
  exp: now() + 300,
});

async function sign(payload: { [claim: string]: unknown }, header = {}, key = pair.privateKey): Promise<string> {
  return await new SignJWT(payload).setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: "k1", ...header }).sign(key);
}

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => "accepted",
    (error: { code?: unknown }) => error.code,
  );
}

describe("an access token", () => {
  it("tells who asks, through which client and with which scopes", async () => {
    const caller = await verifyAccessToken(await sign(claims()), policy);
    expect(caller).toMatchObject({ subject: "hm1_x", clientId: "portal" });
    expect([...caller.scopes]).toEqual(["citizen:read", "health:read"]);
  });

  it("names the person who acts for her, and no client through whose hands it went", async () => {
    const clinic = { sub: "clinic", client_id: "clinic" };
    const actorOf = async (act: object) => (await verifyAccessToken(await sign({ ...claims(), act }), policy)).actor;
    expect(await actorOf({ sub: "hm1_daughter" })).toBe("hm1_daughter");
    expect(await actorOf({ ...clinic, act: { sub: "hm1_daughter" } })).toBe("hm1_daughter");
    expect(await actorOf({ ...clinic, act: { sub: "lab", client_id: "lab" } })).toBeNull();
    expect(await actorOf({ sub: "clinic", client_id: "another" })).toBe("clinic");
    expect(await codeOf(actorOf({ ...clinic, act: {} }))).toBe("TOKEN_INVALID");
  });

  it("is told apart when it has merely expired", async () => {
    const token = await sign({ ...claims(), exp: now() - 60 });
    expect(await codeOf(verifyAccessToken(token, policy))).toBe("TOKEN_EXPIRED");
  });

  it.each([
    ["of another issuer", { iss: "http://evil.example" }, {}],
    ["for another audience", { aud: "http://localhost:4001/other" }, {}],
    ["without a client", { client_id: undefined }, {}],
    ["that a client got in its own name", { sub: "portal" }, {}],
    ["without a subject", { sub: undefined }, {}],
    ["without an expiry", { exp: undefined }, {}],
    ["that is an ID token", {}, { typ: "JWT" }],
    ["that is a transaction token", {}, { typ: "txntoken+jwt" }],
    ["under an unknown key", {}, { kid: "k2" }],
  ])("%s is refused", async (_name, change, header) => {
    const token = await sign({ ...claims(), ...change }, header);
    expect(await codeOf(verifyAccessToken(token, policy))).toBe("TOKEN_INVALID");
  });

  it("signed by a stranger, unsigned, or signed with the public key as a secret is refused", async () => {
    const forged = await sign(claims(), {}, stranger.privateKey);
    const b64 = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const unsigned = `${b64({ alg: "none", typ: "at+jwt" })}.${b64(claims())}.`;
    const secret = new TextEncoder().encode(JSON.stringify(await exportJWK(pair.publicKey)));
    const confused = await new SignJWT(claims())
      .setProtectedHeader({ alg: "HS256", typ: "at+jwt", kid: "k1" })
      .sign(secret);
    for (const token of [forged, unsigned, confused, "", "a.b.c", "🦊"]) {
      expect(await codeOf(verifyAccessToken(token, policy))).toBe("TOKEN_INVALID");
    }
  });
});

describe("a transaction token", () => {
  const caller = (expiresAt = now() + 300): Caller => ({
    subject: "hm1_x",
    clientId: "portal",
    scopes: new Set(["citizen:read", "health:read", "openid"]),
    expiresAt,
  });
  const verify = async (token: string | undefined, subgraph = "health") =>
    (await verifyTransactionToken(token, { issuer: signer.issuer, subgraph, keys: policy.keys })).caller;

  it("carries the citizen and that subgraph's scope alone", async () => {
    const seen = await verify(await mintTransactionToken(signer, caller(), "health", "t1", now()));
    expect(seen).toMatchObject({ subject: "hm1_x", clientId: "portal" });
    expect([...seen.scopes]).toEqual(["health:read"]);
  });

  it("carries no scope that the access token did not have", async () => {
    const seen = await verify(await mintTransactionToken(signer, caller(), "pension", "t1", now()), "pension");
    expect([...seen.scopes]).toEqual([]);
  });

  it("says how and when she signed in, and nothing where that is not known", async () => {
    const well = { level: "urn:huimin:loa:2", signedInAt: now() - 9 } as const;
    const seen = await verify(await mintTransactionToken(signer, { ...caller(), ...well }, "health", "t1", now()));
    expect(seen).toMatchObject(well);
    const unknown = { level: null, signedInAt: null };
    expect(await verify(await mintTransactionToken(signer, caller(), "health", "t1", now()))).toMatchObject(unknown);
  });

  it("is refused when it is bound to another key than the gateway's", async () => {
    const another = { ...signer, keyThumbprint: await calculateJwkThumbprint(stranger.publicKey) };
    expect(await codeOf(verify(await mintTransactionToken(another, caller(), "health", "t1", now())))).toBe(
      "TOKEN_INVALID",
    );
  });

  it("lives 60 seconds at most, and never longer than the access token", async () => {
    const start = now();
    const long = await verify(await mintTransactionToken(signer, caller(), "health", "t1", start));
    const short = await verify(await mintTransactionToken(signer, caller(start + 20), "health", "t1", start));
    expect(long.expiresAt - start).toBe(transactionTokenLifetime);
    expect(short.expiresAt - start).toBe(20);
  });

  it("is refused by another subgraph, when it is old, and when it is an access token", async () => {
    const token = await mintTransactionToken(signer, caller(), "health", "t1", now());
    expect(await codeOf(verify(token, "pension"))).toBe("TOKEN_INVALID");
    const old = await mintTransactionToken(signer, caller(), "health", "t1", now() - 120);
    expect(await codeOf(verify(old))).toBe("TOKEN_EXPIRED");
    expect(await codeOf(verify(await sign(claims())))).toBe("TOKEN_INVALID");
    expect(await codeOf(verify(undefined))).toBe("UNAUTHENTICATED");
  });
});
