import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { emitSecurityEvent } from "../events/security-events.ts";
import { aygul } from "./support/citizens.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { type Answer, applyReceiver, letIn, registerReceiver, type TestReceiver } from "./support/receiver.ts";
import { registerResource } from "./support/registration.ts";

const caep = "https://schemas.openid.net/secevent/caep/event-type";
const ssf = "https://schemas.openid.net/secevent/ssf/event-type";
const push = { method: "urn:ietf:rfc:8935", endpoint_url: "https://bank.example/events" };

let identity: TestIdentity;
let bank: TestReceiver;

beforeAll(async () => {
  identity = await startTestIdentity();
  bank = await registerReceiver(identity, "bank");
  await letIn(identity, aygul.citizenId, "bank");
});
afterAll(() => identity.close());
beforeEach(async () => {
  await identity.database.query("DELETE FROM event_stream");
  await applyReceiver(identity, { client_id: "bank" });
});

async function create(body: object = {}): Promise<string> {
  const { status, body: stream } = await bank.ask("POST", "/ssf/stream", body);
  expect(status).toBe(201);
  return stream.stream_id;
}

const happen = (credential: "password" | "passkey" = "password") =>
  emitSecurityEvent(identity.database, {
    accountId: aygul.citizenId,
    kind: "credential-change",
    credential,
    change: "update",
  });

/** Takes what waits. */
async function collect() {
  const { sets } = (await bank.poll()).body;
  await bank.poll({ ack: Object.keys(sets), maxEvents: 0 });
  return Object.values<string>(sets).map((token) => decodeJwt(token));
}

const eventsOf = async () => (await collect()).map(({ events }) => events);
const refusalOf = ({ status, body }: Answer) => [status, body.err];

describe("the metadata of the transmitter (SSF 1.0, 7.1)", () => {
  it("tells a receiver all that it needs", async () => {
    const answer = await fetch(`${identity.issuer}/.well-known/ssf-configuration`);
    const { issuer } = identity;
    expect(await answer.json()).toEqual({
      spec_version: "1_0",
      issuer,
      jwks_uri: `${issuer}/jwks`,
      delivery_methods_supported: ["urn:ietf:rfc:8935", "urn:ietf:rfc:8936"],
      configuration_endpoint: `${issuer}/ssf/stream`,
      status_endpoint: `${issuer}/ssf/status`,
      verification_endpoint: `${issuer}/ssf/verify`,
      critical_subject_members: ["user"],
      authorization_schemes: [{ spec_urn: "urn:ietf:rfc:6749" }, { spec_urn: "urn:ietf:rfc:9449" }],
      default_subjects: "ALL",
    });
  });
});

describe("a stream (SSF 1.0, 8.1.1)", () => {
  it("is created, read, and given all that the operator allows unless the receiver wants less", async () => {
    expect((await bank.ask("GET", "/ssf/stream")).body).toEqual([]);
    const supported = [
      `${caep}/session-revoked`,
      "urn:huimin:event:grant-revoked",
      `${caep}/credential-change`,
      "https://schemas.openid.net/secevent/risc/event-type/account-purged",
    ];
    const id = await create();
    const plain = {
      stream_id: id,
      iss: identity.issuer,
      aud: "bank",
      delivery: { method: "urn:ietf:rfc:8936", endpoint_url: `${identity.issuer}/events/poll` },
      events_supported: supported,
      events_delivered: supported,
      min_verification_interval: 60,
    };
    expect((await bank.ask("GET", "/ssf/stream")).body).toEqual([plain]);
    expect((await bank.ask("GET", `/ssf/stream?stream_id=${id}`)).body).toEqual(plain);
    const events_requested = [`${caep}/session-revoked`, "urn:example:unheard-of"];
    const changed = await bank.ask("PATCH", "/ssf/stream", { stream_id: id, events_requested });
    expect(changed.body).toEqual({ ...plain, events_requested, events_delivered: [`${caep}/session-revoked`] });
    await happen();
    expect(await eventsOf()).toEqual([]);
  });

  it("is one for each receiver", async () => {
    await create();
    expect(refusalOf(await bank.ask("POST", "/ssf/stream", {}))).toEqual([409, "invalid_request"]);
  });

  it("keeps what a change does not speak of, and loses what a replacement does not", async () => {
    const secret = { authorization_header: "Bearer of-the-bank" };
    const stream_id = await create({ delivery: { ...push, ...secret }, description: "for the bank" });
    const patched = await bank.ask("PATCH", "/ssf/stream", { stream_id, description: "for the bank's fraud team" });
    expect(patched.body).toMatchObject({ delivery: push, description: "for the bank's fraud team" });
    const [row] = await identity.database.query<{ sealed: string }>(
      "SELECT sealed_authorization AS sealed FROM event_stream",
    );
    expect(row?.sealed).toMatch(/^eyJ/);
    expect(JSON.stringify(patched.body) + identity.logged()).not.toContain("of-the-bank");
    const replaced = await bank.ask("PUT", "/ssf/stream", { stream_id, iss: identity.issuer });
    expect(replaced.body.delivery.method).toBe("urn:ietf:rfc:8936");
    expect(replaced.body).not.toHaveProperty("description");
  });

  it("goes with all that waits in it when it is deleted", async () => {
    const id = await create();
    await happen();
    expect((await bank.ask("DELETE", `/ssf/stream?stream_id=${id}`)).status).toBe(204);
    expect(refusalOf(await bank.poll())).toEqual([404, "invalid_request"]);
    await create();
    expect(await eventsOf()).toEqual([]);
  });

  it.each([
    ["another way of delivery than there are", { delivery: { ...push, method: "urn:example:pigeon" } }],
    ["pushes without TLS", { delivery: { ...push, endpoint_url: "http://bank.example/events" } }],
    ["pushes to this machine by another name", { delivery: { ...push, endpoint_url: "http://127.0.0.1:1/" } }],
    ["a password in an address", { delivery: { ...push, endpoint_url: "https://u:p@bank.example/" } }],
    ["a header that would be two", { delivery: { ...push, authorization_header: "a\r\nb: c" } }],
    ["polls elsewhere", { delivery: { method: "urn:ietf:rfc:8936", endpoint_url: "https://bank.example/" } }],
    ["too many events", { events_requested: Array.from({ length: 51 }, (_, i) => `urn:example:${i}`) }],
  ])("is not created with %s", async (_case, body) => {
    expect(refusalOf(await bank.ask("POST", "/ssf/stream", body))).toEqual([400, "invalid_request"]);
  });

  it("is not changed by who contradicts the transmitter, names none, or one that is not", async () => {
    const stream_id = await create();
    const change = async (body: object) => (await bank.ask("PATCH", "/ssf/stream", body)).status;
    expect(await change({ stream_id, aud: "insurer" })).toBe(400);
    expect(await change({ stream_id, events_delivered: [] })).toBe(400);
    expect(await change({ description: "x" })).toBe(400);
    expect(await change({ stream_id: "no-such", description: "x" })).toBe(404);
  });

  it("stays within the ways that the operator allows, and pauses when one is allowed no longer", async () => {
    const stream_id = await create({ delivery: push });
    await applyReceiver(identity, { client_id: "bank", delivery: ["poll"] });
    const status = await bank.ask("GET", `/ssf/status?stream_id=${stream_id}`);
    expect(status.body).toEqual({ stream_id, status: "paused" });
    const again = await bank.ask("PATCH", "/ssf/stream", { stream_id, delivery: push });
    expect(refusalOf(again)).toEqual([400, "invalid_request"]);
  });
});

describe("the status of a stream (SSF 1.0, 8.1.2)", () => {
  const set = (stream_id: string, status: string, more: object = {}) =>
    bank.ask("POST", "/ssf/status", { stream_id, status, ...more });
  const standing = async (id: string) => (await bank.ask("GET", `/ssf/status?stream_id=${id}`)).body.status;

  it("keeps events while it is paused, and none while it is disabled", async () => {
    const id = await create();
    const paused = await set(id, "paused", { reason: "moving house" });
    expect([paused.status, paused.body]).toEqual([200, { stream_id: id, status: "paused", reason: "moving house" }]);
    await happen();
    expect(await eventsOf()).toEqual([]);
    await set(id, "enabled");
    expect(await eventsOf()).toHaveLength(1);
    await happen();
    await set(id, "disabled");
    await happen();
    await set(id, "enabled");
    expect(await eventsOf()).toEqual([]);
  });

  it("is told to the receiver when the operator changes it, and that is not the receiver's to undo", async () => {
    const id = await create();
    await applyReceiver(identity, { client_id: "bank", status: "paused" });
    await happen();
    const [told, ...more] = await collect();
    expect(more).toEqual([]);
    expect(told).toMatchObject({
      sub_id: { format: "opaque", id },
      events: { [`${ssf}/stream-updated`]: { status: "paused" } },
    });
    expect(refusalOf(await set(id, "enabled"))).toEqual([403, "access_denied"]);
    expect(await standing(id)).toBe("paused");
    expect((await set(id, "disabled")).status).toBe(200);
    await set(id, "paused");
    await applyReceiver(identity, { client_id: "bank", status: "enabled" });
    expect(await standing(id)).toBe("paused");
  });

  it("is none of another name, nor of one citizen", async () => {
    const id = await create();
    expect((await set(id, "asleep")).status).toBe(400);
    expect((await set(id, "paused", { subject: { format: "opaque", id: "x" } })).status).toBe(400);
    expect((await set("no-such", "paused")).status).toBe(404);
  });
});

describe("the verification of a stream (SSF 1.0, 8.1.4)", () => {
  it("comes down the stream with the receiver's own state, once a minute at most", async () => {
    const stream_id = await create();
    const asked = await bank.ask("POST", "/ssf/verify", { stream_id, state: "Vm" });
    expect([asked.status, asked.body]).toEqual([204, undefined]);
    const again = await bank.ask("POST", "/ssf/verify", { stream_id });
    expect([again.status, again.headers.get("retry-after")]).toEqual([429, "60"]);
    expect(await collect()).toMatchObject([
      {
        aud: "bank",
        sub_id: { format: "opaque", id: stream_id },
        events: { [`${ssf}/verification`]: { state: "Vm" } },
      },
    ]);
    await identity.database.query("UPDATE event_stream SET verified_at = verified_at - interval '1 minute'");
    expect((await bank.ask("POST", "/ssf/verify", { stream_id })).status).toBe(204);
  });
});

describe("whoever asks for streams", () => {
  it("needs a token of its own for them, with the scope, bound to its key", async () => {
    const reader = await registerReceiver(identity, "reader", { client_credentials_scope: "ssf.read" });
    await applyReceiver(identity, { client_id: "reader" });
    const created = await reader.ask("POST", "/ssf/stream", {});
    expect(refusalOf(created)).toEqual([403, "access_denied"]);
    expect(created.headers.get("www-authenticate")).toContain('scope="ssf.manage"');
    expect((await reader.ask("GET", "/ssf/stream")).status).toBe(200);
    const stolen = await bank.token("ssf.manage");
    expect(refusalOf(await reader.ask("GET", "/ssf/stream", undefined, stolen))).toEqual([
      401,
      "authentication_failed",
    ]);
    for (const authorization of [undefined, `Bearer ${stolen}`, `DPoP ${stolen}`, "DPoP nonsense"]) {
      const answer = await fetch(`${identity.issuer}/ssf/stream`, {
        headers: authorization === undefined ? {} : { authorization },
      });
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toMatch(/^DPoP/);
    }
  });

  it("cannot do so with a token that it got for another resource, though the scope were called the same", async () => {
    const resource = "https://registry.example/api";
    await registerResource(identity, { resource, sector: "government", clientScopes: ["ssf.manage"] });
    const other = await bank.token("ssf.manage", resource);
    expect((await bank.ask("GET", "/ssf/stream", undefined, await bank.token("ssf.manage"))).status).toBe(200);
    expect(refusalOf(await bank.ask("GET", "/ssf/stream", undefined, other))).toEqual([401, "authentication_failed"]);
  });

  it("must be registered as a receiver, which takes the right to read and kinds that there are", async () => {
    const shop = await registerReceiver(identity, "shop");
    expect(refusalOf(await shop.ask("GET", "/ssf/stream"))).toEqual([403, "access_denied"]);
    const unknown = await applyReceiver(identity, { client_id: "shop", kinds: ["signing-key-withdrawn"] });
    const nobody = await applyReceiver(identity, { client_id: "nobody" });
    expect([unknown.code, nobody.code]).toEqual([1, 1]);
    expect(nobody.complaints.join()).toContain("no registered client with the scope ssf.read");
  });

  it("sees its own stream alone", async () => {
    const stream_id = await create();
    const insurer = await registerReceiver(identity, "insurer");
    await applyReceiver(identity, { client_id: "insurer" });
    expect((await insurer.ask("GET", "/ssf/stream")).body).toEqual([]);
    expect((await insurer.ask("DELETE", `/ssf/stream?stream_id=${stream_id}`)).status).toBe(404);
    expect((await insurer.ask("POST", "/ssf/verify", { stream_id })).status).toBe(404);
  });
});
