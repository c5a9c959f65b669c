import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "../../platform/log.ts";
import { pushEvents } from "../events/push.ts";
import { emitSecurityEvent } from "../events/security-events.ts";
import { runKeyCommand } from "../keys/command.ts";
import { keyPace } from "../keys/pace.ts";
import { aygul } from "./support/citizens.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { applyReceiver, letIn, registerReceiver, type TestReceiver } from "./support/receiver.ts";

const until = { timeout: 15_000, interval: 20 };
const header = "Bearer what-the-bank-wants-to-see";
let identity: TestIdentity;
let bank: TestReceiver;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  identity = await startTestIdentity();
  bank = await registerReceiver(identity, "bank");
  await applyReceiver(identity, { client_id: "bank" });
  await letIn(identity, aygul.citizenId, "bank");
});
afterAll(() => identity.close());
afterEach(async () => {
  await identity.database.query("DELETE FROM event_stream");
  for (const close of closing.splice(0)) await close();
});

interface Heard {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly token: string;
}

type Reply = readonly [status: number, body?: object | undefined, headers?: Record<string, string>] | "never";

/** A receiver's server, which answers one push after the other as it is told, and takes all after that. */
async function listen(...replies: Reply[]) {
  const heard: Heard[] = [];
  const server = createServer(async (request, response) => {
    heard.push({ path: request.url ?? "", headers: request.headers, token: await text(request) });
    const reply = replies.shift() ?? [202];
    if (reply === "never") return;
    const [status, body, headers = {}] = reply;
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(body && JSON.stringify(body));
  }).listen(0, "localhost");
  await once(server, "listening");
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://localhost:${(server.address() as AddressInfo).port}/events`, heard };
}

async function pushTo(endpoint_url: string): Promise<string> {
  const delivery = { method: "urn:ietf:rfc:8935", endpoint_url, authorization_header: header };
  const { status, body } = await bank.ask("POST", "/ssf/stream", { delivery });
  expect(status).toBe(201);
  return body.stream_id;
}

const happen = (credential: "password" | "passkey" | "totp" = "password") =>
  emitSecurityEvent(identity.database, {
    accountId: aygul.citizenId,
    kind: "credential-change",
    credential,
    change: "update",
  });

const waiting = async () => (await identity.database.query("SELECT FROM event_pending")).length;
const hurry = () => identity.database.query("UPDATE event_stream SET due_at = now()");
const streamRow = async () => {
  const [row] = await identity.database.query<{ attempts: number; pause: number }>(
    "SELECT attempts, extract(epoch FROM due_at - now())::float8 AS pause FROM event_stream",
  );
  return row;
};

describe("a receiver that events are pushed to (RFC 8935)", () => {
  it("is sent one token a request, in order, with the header that it wants to see, and no event twice", async () => {
    const { url, heard } = await listen();
    await pushTo(url);
    for (const credential of ["password", "passkey", "totp"] as const) await happen(credential);
    await expect.poll(() => heard.length, until).toBe(3);
    await expect.poll(waiting, until).toBe(0);
    const keys = createRemoteJWKSet(new URL(`${identity.issuer}/jwks`));
    const changed = [];
    for (const { headers, token, path } of heard) {
      expect(path).toBe("/events");
      expect(headers).toMatchObject({ "content-type": "application/secevent+jwt", authorization: header });
      const expected = { issuer: identity.issuer, audience: "bank", typ: "secevent+jwt" };
      const { payload } = await jwtVerify(token, keys, expected);
      const [event] = Object.values(payload.events as Record<string, { credential_type: string }>);
      changed.push(event?.credential_type);
    }
    expect(changed).toEqual(["password", "fido2-roaming", "app"]);
    await delay(700);
    expect(heard).toHaveLength(3);
    expect(identity.logged()).not.toContain("what-the-bank-wants-to-see");
  });

  it("is sent the verification event that it asks for", async () => {
    const { url, heard } = await listen();
    const stream_id = await pushTo(url);
    expect((await bank.ask("POST", "/ssf/verify", { stream_id, state: "here" })).status).toBe(204);
    await expect.poll(() => heard.length, until).toBe(1);
    expect(decodeJwt(heard[0]?.token ?? "").events).toMatchObject({
      "https://schemas.openid.net/secevent/ssf/event-type/verification": { state: "here" },
    });
    expect((await bank.poll()).status).toBe(404);
  });

  it("is tried again with a longer pause each time, and hears nothing out of turn meanwhile", async () => {
    const { url, heard } = await listen([503], [400, { err: "authentication_failed" }]);
    await pushTo(url);
    await happen("password");
    await happen("passkey");
    for (const [attempts, shortest] of [
      [1, 1],
      [2, 2],
    ] as const) {
      await expect.poll(async () => (await streamRow())?.attempts, until).toBe(attempts);
      expect((await streamRow())?.pause).toBeGreaterThan(shortest);
      await hurry();
    }
    await expect.poll(waiting, until).toBe(0);
    const names = heard.map(({ token }) => decodeJwt(token).jti);
    expect(names).toEqual([names[0], names[0], names[0], names[3]]);
    expect(names[3]).not.toBe(names[0]);
    await expect.poll(async () => (await streamRow())?.attempts, until).toBe(0);
    expect(identity.logged()).toContain('"reason":"authentication_failed"');
  });

  it("has the last word on an event that it will never take, and gets the next", async () => {
    const { url, heard } = await listen([400, { err: "invalid_request", description: "what is this" }]);
    await pushTo(url);
    await happen("password");
    await happen("passkey");
    await expect.poll(waiting, until).toBe(0);
    expect(heard).toHaveLength(2);
    expect(identity.logged()).toContain('"reason":"invalid_request"');
  });

  it("is not followed elsewhere, nor waited for without end", async () => {
    const elsewhere = await listen();
    const { url, heard } = await listen([307, undefined, { location: elsewhere.url }], "never");
    await pushTo(url);
    await happen();
    await expect.poll(async () => (await streamRow())?.attempts, until).toBe(1);
    await hurry();
    await expect.poll(async () => (await streamRow())?.attempts, until).toBe(2);
    expect([heard.length, elsewhere.heard.length, await waiting()]).toEqual([2, 0, 1]);
  });

  it("is never called in a private network", async () => {
    const { url, heard } = await listen();
    await pushTo(url);
    const inside = url.replace("localhost", "127.0.0.1");
    await identity.database.query("UPDATE event_stream SET endpoint_url = $1", [inside]);
    await happen();
    await expect.poll(async () => (await streamRow())?.attempts, until).toBe(1);
    expect(heard).toEqual([]);
  });

  it("is pushed to again after a restart", async () => {
    const { url, heard } = await listen([503]);
    await pushTo(url);
    await happen();
    await expect.poll(async () => (await streamRow())?.attempts, until).toBe(1);
    await identity.restart();
    await hurry();
    await expect.poll(() => heard.length, until).toBe(2);
    await expect.poll(waiting, until).toBe(0);
  });

  it("hears each event once though several replicas push", async () => {
    const { url, heard } = await listen();
    await pushTo(url);
    const parts = {
      database: identity.database,
      issuer: identity.issuer,
      sign: async (_type: string, claims: object) => JSON.stringify(claims),
      sealers: [identity.config.keyEncryptionKey] as const,
      audienceOf: () => ({ name: "bank", subjectOf: () => "hm1_somebody" }),
      call: async (to: string, init: RequestInit) => await fetch(to, init),
      log: createLogger("replica", "silent"),
    };
    const stops = [pushEvents(parts), pushEvents(parts)];
    for (let i = 0; i < 40; i += 1) await happen();
    await expect.poll(waiting, until).toBe(0);
    for (const stop of stops) await stop();
    expect(heard).toHaveLength(40);
  });

  it("is told that the operator has paused it, and nothing else until that is over", async () => {
    const { url, heard } = await listen();
    await pushTo(url);
    await applyReceiver(identity, { client_id: "bank", status: "paused" });
    await happen();
    await expect.poll(() => heard.length, until).toBe(1);
    await delay(700);
    await applyReceiver(identity, { client_id: "bank", status: "enabled" });
    await expect.poll(() => heard.length, until).toBe(3);
    const kinds = heard.map(({ token }) =>
      Object.keys(decodeJwt(token).events as object)[0]
        ?.split("/")
        .at(-1),
    );
    expect(kinds).toEqual(["stream-updated", "credential-change", "stream-updated"]);
  });

  it("is shown the header still when the key that it was sealed under is gone", async () => {
    const { url, heard } = await listen();
    await pushTo(url);
    const [old, fresh] = [identity.config.keyEncryptionKey, randomBytes(32)];
    const pace = keyPace(30, 3_600);
    const { database } = identity;
    const stores = { database, sealers: [fresh, old] as const, schedule: pace.schedule };
    expect(await runKeyCommand(["reseal"], stores, pace)).toContain(
      "What pushes to bank show is sealed under HUIMIN_KEY_ENCRYPTION_KEY.",
    );
    Object.assign(identity.config, { keyEncryptionKey: fresh });
    await identity.restart();
    await happen();
    await expect.poll(() => heard.map(({ headers }) => headers.authorization), until).toEqual([header]);
  });
});
