import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createRemoteJWKSet, exportJWK, generateKeyPair, type JWK } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "../../platform/log.ts";
import { createDatabase } from "../../platform/postgres.ts";
import { type ClientAssertionSigner, signClientAssertion } from "../../trust/client-assertion.ts";
import { governmentSector, sectorPseudonyms } from "../../trust/pseudonym.ts";
import { type Revocation, verifyRevocations } from "../../trust/security-event.ts";
import { emitSecurityEvent, type SecurityEvent } from "../events/security-events.ts";
import { runKeyCommand } from "../keys/command.ts";
import { keyPace } from "../keys/pace.ts";
import { longestLife } from "../provider/configuration.ts";
import { publicNameOf, sessionNameOf } from "../provider/token-claims.ts";
import { identitySchema } from "../server.ts";
import { listSigningKeys } from "../store/signing-keys.ts";
import { aygul } from "./support/citizens.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";

let identity: TestIdentity;
let gateway: Server;
let signer: ClientAssertionSigner;
let stranger: ClientAssertionSigner;
const open: { leave(): void }[] = [];

beforeAll(async () => {
  identity = await startTestIdentity();
  const { gatewayUrl } = identity.config;
  const [own, other] = [await generateKeyPair("ES256"), await generateKeyPair("ES256")];
  const keys: JWK[] = [{ ...(await exportJWK(own.publicKey)), kid: "g", alg: "ES256", use: "sig" }];
  gateway = createServer((_request, response) => response.end(JSON.stringify({ keys })));
  gateway.listen(Number(new URL(gatewayUrl).port), "localhost");
  await once(gateway, "listening");
  signer = { client: gatewayUrl, key: own.privateKey, keyId: "g" };
  stranger = { ...signer, key: other.privateKey };
});
afterEach(() => {
  for (const { leave } of open.splice(0)) leave();
});
afterAll(async () => {
  gateway.closeAllConnections();
  gateway.close();
  await identity.close();
});

async function ask(assertion: string | undefined): Promise<Response> {
  const headers = assertion === undefined ? {} : { authorization: `Bearer ${assertion}` };
  const leaving = new AbortController();
  open.push({ leave: () => leaving.abort() });
  return await fetch(`${identity.issuer}/events/stream`, { headers, signal: leaving.signal });
}

/** A gateway that listens. */
async function listen() {
  const response = await ask(await signClientAssertion(signer, identity.issuer));
  expect(response.status).toBe(200);
  const keys = createRemoteJWKSet(new URL(`${identity.issuer}/jwks`));
  const heard = { current: false, beats: 0, revocations: [] as Revocation[], tokens: [] as string[], ended: false };
  const read = async () => {
    let rest = "";
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) {
      const frames = (rest + decoder.decode(bytes, { stream: true })).split("\n\n");
      rest = frames.pop() ?? "";
      for (const frame of frames) {
        const [event = "", data = ""] = frame.split("\n").map((line) => line.slice(line.indexOf(": ") + 2));
        if (event === "current") heard.current = true;
        if (event === "heartbeat") heard.beats += 1;
        if (event !== "set") continue;
        heard.tokens.push(data);
        const policy = { issuer: identity.issuer, audience: identity.config.gatewayUrl, keys };
        heard.revocations.push(...(await verifyRevocations(data, policy)));
      }
    }
  };
  read().then(
    () => {
      heard.ended = true;
    },
    () => {
      heard.ended = true;
    },
  );
  await expect.poll(() => heard.current).toBe(true);
  return heard;
}

const sessionEnd = (sessionId: string): SecurityEvent => ({
  accountId: aygul.citizenId,
  kind: "session-revoked",
  sessionId,
  clientIds: ["portal"],
  initiator: "user",
});

async function standbyKey() {
  const keys = await listSigningKeys(identity.database);
  const standby = keys.find(({ state, algorithm }) => state === "published" && algorithm === "ES256");
  if (!standby) throw new Error("there is no next key");
  return standby;
}

describe("the stream of revocations", () => {
  it("begins with what was revoked lately, and not with what is long over", async () => {
    await emitSecurityEvent(identity.database, sessionEnd("lately"));
    await emitSecurityEvent(identity.database, sessionEnd("long ago"));
    await identity.database.query(
      `UPDATE security_event SET occurred_at = now() - interval '1 hour' WHERE payload ->> 'sessionId' = 'long ago'`,
    );
    const { revocations } = await listen();
    expect(revocations).toContainEqual({ kind: "session", name: sessionNameOf("lately", "portal") });
    expect(revocations).not.toContainEqual({ kind: "session", name: sessionNameOf("long ago", "portal") });
  });

  it("tells each kind of revocation as it happens, of people by the government's pseudonym alone", async () => {
    const heard = await listen();
    const { citizenId: accountId } = aygul;
    const before = heard.revocations.length;
    const happened: SecurityEvent[] = [
      sessionEnd("s1"),
      { accountId, kind: "grant-revoked", grantId: "g1", clientId: "portal", initiator: "user" },
      { accountId, kind: "token-revoked", tokenId: "t1", expiresAt: 1, initiator: "user" },
      { kind: "token-revoked", tokenId: "t2", expiresAt: 1, initiator: "user" },
      { accountId, kind: "session-revoked", sessionId: null, clientIds: [], initiator: "policy" },
      { accountId, kind: "account-disabled", reason: "hijacking" },
    ];
    for (const event of happened) await emitSecurityEvent(identity.database, event);
    const pseudonym = sectorPseudonyms(identity.config.pseudonymKey, governmentSector).seal(accountId);
    await expect
      .poll(() => heard.revocations.slice(before))
      .toEqual([
        { kind: "session", name: sessionNameOf("s1", "portal") },
        { kind: "grant", name: publicNameOf("g1") },
        { kind: "token", name: "t1" },
        { kind: "token", name: "t2" },
        { kind: "subject", name: pseudonym, at: expect.any(Number) },
        { kind: "subject", name: pseudonym, at: expect.any(Number) },
      ]);
    const said = heard.tokens.map((token) => Buffer.from(token.split(".")[1] ?? "", "base64url").toString()).join();
    expect(said).not.toContain(accountId);
  });

  it("names a signing key as soon as the operator has withdrawn it", async () => {
    const heard = await listen();
    const { keyId } = await standbyKey();
    const { database, config } = identity;
    const pace = keyPace(config.keyRotationDays, longestLife);
    const stores = { database, sealers: [config.keyEncryptionKey] as const, schedule: pace.schedule };
    await runKeyCommand(["revoke", keyId, "--dry-run"], stores, pace);
    await runKeyCommand(["revoke", keyId], stores, pace);
    await expect.poll(() => heard.revocations).toContainEqual({ kind: "key", name: keyId });
    expect(heard.revocations.filter(({ name }) => name === keyId)).toHaveLength(1);
    expect((await listen()).revocations).toContainEqual({ kind: "key", name: keyId });
  });

  it("does not miss an event whose transaction ends after later ones", async () => {
    const heard = await listen();
    const log = createLogger("test", "silent");
    const slow = createDatabase({ url: identity.config.databaseUrl, schema: identitySchema, log });
    const written = Promise.withResolvers<void>();
    const commit = Promise.withResolvers<void>();
    const late = slow.transaction(async (tx) => {
      await emitSecurityEvent(tx, sessionEnd("late"));
      written.resolve();
      await commit.promise;
    });
    await written.promise;
    await emitSecurityEvent(identity.database, sessionEnd("early"));
    await expect
      .poll(() => heard.revocations)
      .toContainEqual({ kind: "session", name: sessionNameOf("early", "portal") });
    commit.resolve();
    await late;
    await slow.close();
    await expect
      .poll(() => heard.revocations)
      .toContainEqual({ kind: "session", name: sessionNameOf("late", "portal") });
    const names = heard.revocations.map((revocation) => revocation.name);
    expect(names.filter((name) => name === sessionNameOf("early", "portal"))).toHaveLength(1);
  });

  it("beats while the outbox can be read", async () => {
    const heard = await listen();
    await expect.poll(() => heard.beats, { timeout: 5_000 }).toBeGreaterThan(1);
  });

  it("reaches every gateway that listens", async () => {
    const all = [await listen(), await listen(), await listen()];
    await emitSecurityEvent(identity.database, sessionEnd("for all"));
    for (const heard of all) {
      await expect
        .poll(() => heard.revocations)
        .toContainEqual({ kind: "session", name: sessionNameOf("for all", "portal") });
    }
  });

  it("ends with the process, which does not wait for its listeners", async () => {
    const heard = await listen();
    await identity.restart();
    await expect.poll(() => heard.ended).toBe(true);
    await listen();
  });
});

describe("whoever is no gateway", () => {
  it.each([
    ["without an assertion", async () => undefined],
    ["with an assertion of another key", () => signClientAssertion(stranger, identity.issuer)],
    ["with an assertion for somebody else", () => signClientAssertion(signer, "https://elsewhere.example")],
    [
      "with an assertion of another client",
      () => signClientAssertion({ ...signer, client: "https://elsewhere.example" }, identity.issuer),
    ],
    ["with no token at all", async () => "nothing"],
  ])("hears nothing %s", async (_how, assertion) => {
    const response = await ask(await assertion());
    expect([response.status, await response.json()]).toEqual([401, { error: "invalid_token" }]);
  });

  it("cannot show an assertion that was seen on its way once more", async () => {
    const assertion = await signClientAssertion(signer, identity.issuer);
    expect((await ask(assertion)).status).toBe(200);
    expect((await ask(assertion)).status).toBe(401);
  });
});
