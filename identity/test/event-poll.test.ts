import { createRemoteJWKSet, decodeJwt, exportJWK, generateKeyPair, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ClientAssertionSigner, signClientAssertion } from "../../trust/client-assertion.ts";
import { sectorPseudonyms } from "../../trust/pseudonym.ts";
import { endAllSessions } from "../account/endings.ts";
import { emitSecurityEvent } from "../events/security-events.ts";
import { createEntryFolder, runAdmin } from "./support/admin.ts";
import { aygul, wei } from "./support/citizens.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";

let identity: TestIdentity;
const signers: Record<string, ClientAssertionSigner> = {};

/** A company that receives events, as its operator registers it. */
async function register(clientId: string, receives: boolean): Promise<void> {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: clientId, alg: "ES256", use: "sig" }] };
  await identity.database.query("INSERT INTO oidc_client (client_id, metadata) VALUES ($1, $2)", [
    clientId,
    JSON.stringify({ redirect_uris: ["https://company.example/callback"], sector: clientId, jwks }),
  ]);
  if (receives) {
    const kinds = ["session-revoked", "grant-revoked", "credential-change", "account-purged"];
    expect(await applyReceiver({ client_id: clientId, kinds, status: "enabled" })).toMatchObject({ code: 0 });
  }
  signers[clientId] = { client: clientId, key: privateKey, keyId: clientId };
}

/** Registers a receiver by a file. */
async function applyReceiver(entry: object) {
  const folder = await createEntryFolder();
  await folder.write("receiver.json", entry);
  const run = await runAdmin(identity, `receivers apply ${folder.path}`);
  await folder.remove();
  return run;
}

/** What identity writes when a citizen lets a client in. */
async function letIn(citizenId: string, clientId: string): Promise<void> {
  await identity.database.query(
    "INSERT INTO oidc_artefact (model, id_hash, payload, grant_id) VALUES ('Grant', sha256($1::bytea), $2, $3)",
    [`${citizenId} ${clientId}`, JSON.stringify({ accountId: citizenId, clientId }), `${citizenId} ${clientId}`],
  );
}

beforeAll(async () => {
  identity = await startTestIdentity();
  await register("bank", true);
  await register("insurer", true);
  await register("shop", false);
  await letIn(aygul.citizenId, "bank");
});
afterAll(() => identity.close());

async function poll(clientId: string, body: object = {}, assertion?: string) {
  const signer = signers[clientId];
  if (!signer) throw new Error(`no client ${clientId}`);
  const response = await fetch(`${identity.issuer}/events/poll`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${assertion ?? (await signClientAssertion(signer, identity.issuer))}`,
    },
    body: JSON.stringify(body),
  });
  return {
    status: response.status,
    ...((await response.json()) as { sets: Record<string, string>; moreAvailable: boolean }),
  };
}

const passwordChanged = (accountId: string) =>
  emitSecurityEvent(identity.database, {
    accountId,
    kind: "credential-change",
    credential: "password",
    change: "update",
  });

describe("a registered receiver", () => {
  it("hears of the citizens who have let it in, by its own pseudonym, until it has acknowledged", async () => {
    await passwordChanged(aygul.citizenId);
    await passwordChanged(wei.citizenId);
    const { status, sets, moreAvailable } = await poll("bank");
    expect([status, moreAvailable]).toEqual([200, false]);
    const [[jti = "", token = ""] = [], ...more] = Object.entries(sets);
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
    expect(Object.keys((await poll("bank")).sets)).toEqual([jti]);
    expect((await poll("bank", { ack: [jti] })).sets).toEqual({});
    expect((await poll("insurer")).sets).toEqual({});
  });

  it("gets no more at once than it asks for, and is told that there is more", async () => {
    for (let i = 0; i < 3; i += 1) await passwordChanged(aygul.citizenId);
    const { sets, moreAvailable } = await poll("bank", { maxEvents: 2 });
    expect([Object.keys(sets).length, moreAvailable]).toEqual([2, true]);
    const rest = await poll("bank", { ack: Object.keys(sets) });
    expect([Object.keys(rest.sets).length, rest.moreAvailable]).toEqual([1, false]);
    expect((await poll("bank", { ack: Object.keys(rest.sets) })).sets).toEqual({});
  });

  it("hears that a grant of its own has ended, and not of another client's", async () => {
    await letIn(wei.citizenId, "bank");
    await letIn(wei.citizenId, "insurer");
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
    const kindsOf = async (clientId: string) =>
      Object.values((await poll(clientId)).sets).flatMap((token) => Object.keys(decodeJwt(token).events as object));
    expect(await kindsOf("bank")).toContain("urn:huimin:event:grant-revoked");
    expect(await kindsOf("insurer")).not.toContain("urn:huimin:event:grant-revoked");
  });

  it("is refused without a fresh assertion of its own", async () => {
    const used = await signClientAssertion(signers.bank ?? never(), identity.issuer);
    expect((await poll("bank", {}, used)).status).toBe(200);
    const others = { ...(signers.insurer ?? never()), client: "bank" };
    const assertions = [
      used,
      "nothing",
      await signClientAssertion(others, identity.issuer),
      await signClientAssertion(signers.bank ?? never(), "https://elsewhere.example"),
      await signClientAssertion(signers.shop ?? never(), identity.issuer),
    ];
    for (const assertion of assertions) expect((await poll("bank", {}, assertion)).status).toBe(401);
  });

  it("is registered for kinds that there are, and with keys to prove itself by", async () => {
    const unknown = await applyReceiver({ client_id: "shop", kinds: ["signing-key-withdrawn"], status: "enabled" });
    const nobody = await applyReceiver({ client_id: "nobody", kinds: ["session-revoked"], status: "enabled" });
    expect([unknown.code, nobody.code]).toEqual([1, 1]);
    expect(nobody.complaints.join()).toContain("no registered client with keys");
  });

  it("is told what is wrong with its request", async () => {
    expect(await poll("bank", { ack: ["x"] })).toMatchObject({ status: 400, err: "invalid_request" });
  });

  it("finds all it needs in the metadata of shared signals", async () => {
    const answer = await fetch(`${identity.issuer}/.well-known/ssf-configuration`);
    expect(await answer.json()).toMatchObject({
      issuer: identity.issuer,
      jwks_uri: `${identity.issuer}/jwks`,
      delivery_methods_supported: ["urn:ietf:rfc:8936"],
    });
  });
});

function never(): never {
  throw new Error("not registered");
}
