import { createClient as createEventClient } from "graphql-sse";
import { createClient as createSocketClient } from "graphql-ws";
import { type CryptoKey, generateKeyPair, SignJWT } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { currentRevocations, securityEventNames } from "../../trust/security-event.ts";
import { newCitizenId, startCity, type TestCity } from "./city.ts";
import { type EventKeys, startEventKeys } from "./event-keys.ts";
import { type HeldSubgraph, startHeldSubgraph } from "./held-subgraph.ts";

let keys: EventKeys;
let city: TestCity;
let pension: HeldSubgraph;
const leaving: (() => void)[] = [];

beforeAll(async () => {
  keys = await startEventKeys();
  pension = await startHeldSubgraph(() => city.subgraphs.pension.url);
  city = await startCity({
    settings: { HUIMIN_EVENT_KEYS: `utilities=${keys.url}` },
    elsewhere: { pension: pension.url },
  });
});
afterEach(() => {
  for (const leave of leaving.splice(0)) leave();
  city.issuer.stream.beats = true;
});
afterAll(async () => {
  await city.close();
  await Promise.all([keys.close(), pension.close()]);
});

const until = { timeout: 15_000, interval: 10 };
const now = () => Math.floor(Date.now() / 1000);

/** A security event token of the issuer for the gateway. */
async function event(events: object, about: object = {}, changes: { key?: CryptoKey; typ?: string } = {}) {
  const { privateKey, kid } = city.issuer.key();
  return await new SignJWT({ events, sub_id: { format: "complex", ...about } })
    .setProtectedHeader({ alg: "ES256", typ: changes.typ ?? "secevent+jwt", kid })
    .setIssuer(city.issuer.url)
    .setAudience(city.gatewayUrl)
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .sign(changes.key ?? privateKey);
}

const sessionRevoked = (id: string) =>
  event({ [securityEventNames["session-revoked"]]: { event_timestamp: now() } }, { session: { format: "opaque", id } });

async function codeFor(token: string): Promise<string> {
  const { data, errors } = await city.query("{ me { id } }", { token });
  return data?.me ? "read" : String(errors?.[0]?.extensions.code);
}

const refused = (token: string) => expect.poll(() => codeFor(token), until).toBe("TOKEN_INVALID");

describe("a token that has not expired", () => {
  const user = (sub: string) => ({ user: { format: "iss_sub", iss: city.issuer.url, sub } });
  const cases: readonly (readonly [string, Record<string, unknown>, (sub: string) => Promise<string>])[] = [
    ["its session has ended", { sid: "session-1" }, () => sessionRevoked("session-1")],
    [
      "its grant was taken back",
      { grant: "grant-1" },
      () => event({ [securityEventNames["grant-revoked"]]: { event_timestamp: now(), grant: "grant-1" } }),
    ],
    [
      "one of those that it was exchanged from was revoked",
      { exchanged_from: ["token-b", "token-a"] },
      () => event({ [securityEventNames["token-revoked"]]: { event_timestamp: now(), token: "token-a" } }),
    ],
    [
      "it was revoked itself",
      { jti: "token-1" },
      () => event({ [securityEventNames["token-revoked"]]: { event_timestamp: now(), token: "token-1" } }),
    ],
    [
      "its account was disabled",
      {},
      (sub) => event({ [securityEventNames["account-disabled"]]: { event_timestamp: now() } }, user(sub)),
    ],
    [
      "all sessions of its account were ended",
      {},
      (sub) => event({ [securityEventNames["session-revoked"]]: { event_timestamp: now() } }, user(sub)),
    ],
  ];

  it.each(cases)("stops working when %s, and no other with it", async (_why, claims, revoke) => {
    const citizen = newCitizenId();
    const token = await city.token(citizen, { claims });
    const other = await city.token(newCitizenId(), { claims: { sid: "s-other", grant: "g-other" } });
    expect(await codeFor(token)).toBe("read");
    city.issuer.stream.send(await revoke(citizen));
    await refused(token);
    expect(await codeFor(other)).toBe("read");
  });

  it("stops working when the account of the one who acts with it was disabled", async () => {
    const [mother, child] = [newCitizenId(), newCitizenId()];
    const token = await city.token(child, { claims: { act: { sub: mother } } });
    expect(await codeFor(token)).toBe("read");
    const disabled = { [securityEventNames["account-disabled"]]: { event_timestamp: now() } };
    city.issuer.stream.send(await event(disabled, user(mother)));
    await refused(token);
  });

  it("works when it was made after its owner's others were revoked", async () => {
    const citizen = newCitizenId();
    const before = await city.token(citizen, { claims: { iat: now() - 10 } });
    const after = await city.token(citizen, { claims: { iat: now() + 1 } });
    const ended = { [securityEventNames["session-revoked"]]: { event_timestamp: now() } };
    city.issuer.stream.send(await event(ended, user(citizen)));
    await refused(before);
    expect(await codeFor(after)).toBe("read");
  });
});

describe("a signing key that was withdrawn", () => {
  it("takes with it all that it has signed or signs yet, while the next key's tokens count", async () => {
    const old = await city.token(newCitizenId());
    expect(await codeFor(old)).toBe("read");
    const { kid, privateKey: key } = city.issuer.key();
    const withdrawal = { sessions: [], grants: [], tokens: [], keys: [kid], subjects: [] };
    // A replica of identity that has not heard of it itself still signs with that key.
    const told = await event({ [currentRevocations]: withdrawal });
    await city.issuer.rotate();
    const fetches = city.issuer.fetches();
    city.issuer.stream.send(told);
    await refused(old);
    const fresh = await city.token(newCitizenId());
    await expect.poll(() => codeFor(fresh), until).toBe("read");
    expect(city.issuer.fetches()).toBeGreaterThan(fetches);
    expect(await codeFor(await city.token(newCitizenId(), { key, header: { kid } }))).toBe("TOKEN_INVALID");
  });
});

describe("what is live", () => {
  const query = "subscription { billIssued { id } }";

  it("ends with its token: a subscription over server-sent events", async () => {
    const authorization = `Bearer ${await city.token(newCitizenId(), { claims: { sid: "live-1" } })}`;
    const client = createEventClient({
      url: `${city.gatewayUrl}/graphql`,
      headers: { authorization },
      retryAttempts: 0,
    });
    const answers: unknown[] = [];
    const connected = Promise.withResolvers<void>();
    let ended = false;
    const over = () => {
      ended = true;
    };
    leaving.push(
      client.subscribe(
        { query },
        { next: (answer) => answers.push(answer), error: over, complete: over },
        { connected: () => connected.resolve() },
      ),
    );
    await connected.promise;
    city.issuer.stream.send(await sessionRevoked("live-1"));
    await expect.poll(() => ended, until).toBe(true);
    expect(answers).toMatchObject([{ errors: [{ extensions: { code: "TOKEN_INVALID" } }] }]);
  });

  it("ends with its token: an answer in parts, before the next of them", async () => {
    const token = await city.token(newCitizenId(), { claims: { sid: "live-3" } });
    const release = pension.hold();
    const response = await fetch(`${city.gatewayUrl}/graphql`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        accept: "multipart/mixed",
        "content-type": "application/json",
      },
      body: JSON.stringify({ query: "{ me { id ... @defer { pension { status } } } }" }),
    });
    const reader = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes('"hasNext":true')) text += (await reader.read()).value ?? "";
    city.issuer.stream.send(await sessionRevoked("live-3"));
    await refused(token);
    release();
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) text += value ?? "";
    expect(text).toContain('"code":"TOKEN_INVALID"');
    expect(text).toContain('"hasNext":false');
    expect(text).not.toContain("PAUSED");
  });

  it("ends with its token: a socket", async () => {
    const authorization = `Bearer ${await city.token(newCitizenId(), { claims: { sid: "live-2" } })}`;
    const closed = Promise.withResolvers<{ code: number; reason: string }>();
    const opened = Promise.withResolvers<void>();
    const client = createSocketClient({
      url: `${city.gatewayUrl.replace("http", "ws")}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization },
      lazy: false,
      retryAttempts: 0,
      onNonLazyError: () => {},
      on: {
        connected: () => opened.resolve(),
        closed: (event) => closed.resolve(event as { code: number; reason: string }),
      },
    });
    leaving.push(() => void client.dispose());
    await opened.promise;
    city.issuer.stream.send(await sessionRevoked("live-2"));
    expect(await closed.promise).toMatchObject({ code: 1008, reason: "TOKEN_INVALID" });
  });
});

describe("a gateway", () => {
  it("knows what was revoked before it came, and what happened while the connection was lost", async () => {
    const token = await city.token(newCitizenId(), { claims: { grant: "before-1" } });
    const { stream } = city.issuer;
    const current = { sessions: [], grants: ["before-1"], tokens: [], subjects: [] };
    stream.beginning.push(await event({ [currentRevocations]: current }));
    await city.issuer.stop();
    expect(await codeFor(token)).toBe("read");
    await city.issuer.start();
    await refused(token);
  });

  it("believes nothing that identity has not signed as an event, and connects anew", async () => {
    const { privateKey } = await generateKeyPair("ES256");
    const token = await city.token(newCitizenId(), { claims: { sid: "forged-1" } });
    const happened = { [securityEventNames["session-revoked"]]: { event_timestamp: now() } };
    const about = { session: { format: "opaque", id: "forged-1" } };
    const { stream } = city.issuer;
    for (const flaw of [{ key: privateKey }, { typ: "JWT" }]) {
      await expect.poll(() => stream.listeners(), until).toBe(1);
      stream.send(await event(happened, about, flaw));
      await expect.poll(() => stream.listeners(), until).toBe(0);
      await expect.poll(() => stream.listeners(), until).toBe(1);
    }
    expect(await codeFor(token)).toBe("read");
  });

  it("that hears nothing for five seconds refuses reads by others, while the citizen's own go on", async () => {
    const own = await city.token(newCitizenId());
    const others = [
      await city.token(newCitizenId(), { claims: { act: { sub: newCitizenId() } } }),
      await city.token(newCitizenId(), { claims: { department: "health", role: "clerk" } }),
      await city.token("health-department"),
    ];
    for (const token of others) expect(await codeFor(token)).not.toBe("REVOCATIONS_UNKNOWN");
    city.issuer.stream.beats = false;
    for (const token of others) await expect.poll(() => codeFor(token), until).toBe("REVOCATIONS_UNKNOWN");
    expect(await codeFor(own)).toBe("read");
    city.issuer.stream.beats = true;
    for (const token of others) await expect.poll(() => codeFor(token), until).not.toBe("REVOCATIONS_UNKNOWN");
  });
});
