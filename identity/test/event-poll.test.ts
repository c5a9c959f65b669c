import { setTimeout as delay } from "node:timers/promises";
import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sectorPseudonyms } from "../../trust/pseudonym.ts";
import { endAllSessions } from "../account/endings.ts";
import { emitSecurityEvent } from "../events/security-events.ts";
import { aygul, wei } from "./support/citizens.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { applyReceiver, letIn, registerReceiver, type TestReceiver } from "./support/receiver.ts";

let identity: TestIdentity;
let bank: TestReceiver;
let insurer: TestReceiver;

async function registerPolling(clientId: string): Promise<TestReceiver> {
  const receiver = await registerReceiver(identity, clientId);
  expect(await applyReceiver(identity, { client_id: clientId })).toMatchObject({ code: 0 });
  expect((await receiver.ask("POST", "/ssf/stream", {})).status).toBe(201);
  return receiver;
}

beforeAll(async () => {
  identity = await startTestIdentity();
  bank = await registerPolling("bank");
  insurer = await registerPolling("insurer");
  await letIn(identity, aygul.citizenId, "bank");
});
afterAll(() => identity.close());

const setsOf = async (receiver: TestReceiver, body: object = {}): Promise<Record<string, string>> =>
  (await receiver.poll(body)).body.sets;

const passwordChanged = (accountId: string) =>
  emitSecurityEvent(identity.database, {
    accountId,
    kind: "credential-change",
    credential: "password",
    change: "update",
  });

describe("a receiver that polls", () => {
  it("hears of the citizens who have let it in, by its own pseudonym, until it has acknowledged", async () => {
    await passwordChanged(aygul.citizenId);
    await passwordChanged(wei.citizenId);
    const { status, body } = await bank.poll();
    expect([status, body.moreAvailable]).toEqual([200, false]);
    const [[jti = "", token = ""] = [], ...more] = Object.entries<string>(body.sets);
    expect(more).toEqual([]);
    const keys = createRemoteJWKSet(new URL(`${identity.issuer}/jwks`));
    const { payload } = await jwtVerify(token, keys, {
      issuer: identity.issuer,
      audience: "bank",
      typ: "secevent+jwt",
    });
    const sub = sectorPseudonyms(identity.config.pseudonymKey, "bank").seal(aygul.citizenId);
    expect(payload).toMatchObject({
      jti,
      sub_id: { format: "complex", user: { format: "iss_sub", iss: identity.issuer, sub } },
      events: {
        "https://schemas.openid.net/secevent/caep/event-type/credential-change": {
          credential_type: "password",
          change_type: "update",
          event_timestamp: expect.any(Number),
        },
      },
    });
    expect(payload).not.toHaveProperty("exp");
    expect(payload).not.toHaveProperty("sub");
    expect(Object.keys(await setsOf(bank))).toEqual([jti]);
    expect(await setsOf(bank, { ack: [jti] })).toEqual({});
    expect(await setsOf(insurer)).toEqual({});
  });

  it("gets no more at once than it asks for, and is told that there is more", async () => {
    for (let i = 0; i < 3; i += 1) await passwordChanged(aygul.citizenId);
    const { sets, moreAvailable } = (await bank.poll({ maxEvents: 2 })).body;
    expect([Object.keys(sets).length, moreAvailable]).toEqual([2, true]);
    const rest = (await bank.poll({ ack: Object.keys(sets) })).body;
    expect([Object.keys(rest.sets).length, rest.moreAvailable]).toEqual([1, false]);
    expect(await setsOf(bank, { ack: Object.keys(rest.sets) })).toEqual({});
  });

  it("hears that a grant of its own has ended, and not of another client's", async () => {
    await letIn(identity, wei.citizenId, "bank");
    await letIn(identity, wei.citizenId, "insurer");
    await identity.database.transaction(async (tx) => {
      const grantId = `${wei.citizenId} bank`;
      await emitSecurityEvent(tx, {
        accountId: wei.citizenId,
        kind: "grant-revoked",
        grantId,
        clientId: "bank",
        initiator: "user",
      });
      await endAllSessions({ tx, fleeting: identity.fleeting }, wei.citizenId, { initiator: "user", history: null });
    });
    const kindsOf = async (receiver: TestReceiver) =>
      Object.values(await setsOf(receiver)).flatMap((token) => Object.keys(decodeJwt(token).events as object));
    expect(await kindsOf(bank)).toContain("urn:huimin:event:grant-revoked");
    expect(await kindsOf(insurer)).not.toContain("urn:huimin:event:grant-revoked");
  });

  it("is told what is wrong with its request", async () => {
    const { status, body } = await bank.poll({ ack: ["x"] });
    expect([status, body.err]).toEqual([400, "invalid_request"]);
  });
});

describe("a poll that may wait (RFC 8936, 2.4)", () => {
  const patient = { returnImmediately: false };
  const acknowledgeAll = async (receiver = bank) => setsOf(receiver, { ack: Object.keys(await setsOf(receiver)) });

  it("is answered at once when something waits already, or when no events are asked for", async () => {
    await passwordChanged(aygul.citizenId);
    expect(Object.keys(await setsOf(bank, patient))).not.toEqual([]);
    await acknowledgeAll();
    expect(await setsOf(bank, { ...patient, maxEvents: 0 })).toEqual({});
  });

  it("is answered as soon as something is committed, at whatever replica", async () => {
    await acknowledgeAll();
    const begin = performance.now();
    const waiting = setsOf(bank, patient);
    await delay(600);
    await passwordChanged(aygul.citizenId);
    expect(Object.keys(await waiting)).toHaveLength(1);
    const took = performance.now() - begin;
    expect(took).toBeGreaterThan(600);
    expect(took).toBeLessThan(3_000);
  });

  it("is not woken by what another receiver hears", async () => {
    await acknowledgeAll(insurer);
    const waiting = setsOf(insurer, patient);
    await passwordChanged(aygul.citizenId);
    expect(await Promise.race([waiting, delay(700, "still waiting")])).toBe("still waiting");
    await letIn(identity, aygul.citizenId, "insurer");
    await passwordChanged(aygul.citizenId);
    expect(Object.keys(await waiting)).not.toEqual([]);
  });

  it("waits twice for one receiver at most", async () => {
    await acknowledgeAll();
    const waiting = [setsOf(bank, patient), setsOf(bank, patient)];
    await delay(300);
    expect(await setsOf(bank, patient)).toEqual({});
    await passwordChanged(aygul.citizenId);
    await Promise.all(waiting);
  });

  it("leaves its place when the receiver hangs up", async () => {
    await acknowledgeAll();
    const { timeout } = bank.configuration;
    bank.configuration.timeout = 0.3;
    const hungUp = await Promise.allSettled([setsOf(bank, patient), setsOf(bank, patient)]);
    expect(hungUp.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    bank.configuration.timeout = timeout;
    const waiting = setsOf(bank, patient);
    expect(await Promise.race([waiting, delay(500, "still waiting")])).toBe("still waiting");
    await passwordChanged(aygul.citizenId);
    await waiting;
  });

  it("is answered when the process stops", async () => {
    await acknowledgeAll();
    const waiting = setsOf(bank, patient);
    await delay(300);
    const begin = performance.now();
    await identity.restart();
    expect(await waiting).toEqual({});
    expect(performance.now() - begin).toBeLessThan(5_000);
  });
});
