import { setTimeout as delay } from "node:timers/promises";
import * as oidc from "openid-client";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Ending, endAllSessions, endSession, revokeGrant, revokeGrantsOf } from "../account/endings.ts";
import { durableArtefacts } from "../store/durable-artefacts.ts";
import { aygul, wei } from "./support/citizens.ts";
import {
  begin,
  portalClient,
  publicClient,
  redeem,
  refresh,
  refusalOf,
  signIn,
  type TestClient,
} from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import type { UserAgent } from "./support/user-agent.ts";

let identity: TestIdentity;
let portal: TestClient;
let graphiql: TestClient;

beforeAll(async () => {
  identity = await startTestIdentity();
  portal = await portalClient(identity);
  graphiql = await publicClient(identity.issuer, "graphiql", `${identity.config.gatewayUrl}/graphiql/callback`);
});
afterAll(() => identity.close());

const byPolicy: Ending = { initiator: "policy", history: "session-ended" };

beforeEach(async () => {
  await identity.database.transaction(async (tx) => {
    for (const { citizenId } of [aygul, wei]) {
      await endAllSessions({ tx, fleeting: identity.fleeting }, citizenId, byPolicy);
    }
    await tx.query("DELETE FROM account_history");
    await tx.query("DELETE FROM security_event");
    await tx.query("DELETE FROM logout_notice");
  });
});

/** A browser in which the citizen is signed in to the portal. */
async function signedIn(citizen = aygul) {
  const attempt = await signIn(identity, portal, citizen);
  const tokens = await redeem(portal, attempt);
  return { agent: attempt.agent, idToken: tokens.id_token ?? "", refreshToken: tokens.refresh_token ?? "" };
}

async function isSignedIn(agent: UserAgent): Promise<boolean> {
  const { page } = await begin(identity, portal, { agent });
  return page.leavesTo?.searchParams.has("code") ?? false;
}

async function sessionsOf({ citizenId }: { readonly citizenId: string }): Promise<string[]> {
  const rows = await identity.database.query<{ uid: string }>(
    "SELECT DISTINCT uid FROM oidc_artefact WHERE model = 'Session' AND payload ->> 'accountId' = $1",
    [citizenId],
  );
  return rows.map(({ uid }) => uid);
}

const history = () =>
  identity.database.query("SELECT citizen_id, kind, client_id, network FROM account_history ORDER BY entry_id");
const events = () =>
  identity.database.query<{ kind: string; payload: Record<string, unknown> }>(
    "SELECT kind, payload FROM security_event WHERE kind LIKE '%revoked' ORDER BY position",
  );

function within<T>(work: (parts: Parameters<typeof endSession>[0]) => Promise<T>): Promise<T> {
  return identity.database.transaction((tx) => work({ tx, fleeting: identity.fleeting }));
}

async function renewal(client: TestClient, refreshToken: string): Promise<string> {
  return (await refusalOf(refresh(client, refreshToken))).error;
}

describe("a sign-out", () => {
  it("stands in her history, is announced with every grant of the session", async () => {
    const { agent, idToken } = await signedIn();
    await redeem(graphiql, await begin(identity, graphiql, { agent }));
    const [uid] = await sessionsOf(aygul);
    await agent.open(oidc.buildEndSessionUrl(portal.configuration, { id_token_hint: idToken }));
    expect((await history()).filter(({ kind }: { kind?: string }) => kind === "sign-out")).toEqual([
      { citizen_id: aygul.citizenId, kind: "sign-out", client_id: null, network: expect.any(String) },
    ]);
    const told = await events();
    expect(told.filter(({ kind }) => kind === "session-revoked")).toEqual([
      {
        kind: "session-revoked",
        payload: { sessionId: uid, clientIds: expect.arrayContaining(["portal", "graphiql"]), initiator: "user" },
      },
    ]);
    const grants = told.filter(({ kind }) => kind === "grant-revoked");
    expect(grants.map(({ payload }) => payload.clientId).sort()).toEqual(["graphiql", "portal"]);
  });

  it("has the same consequences when the library's own page confirms it", async () => {
    const { agent } = await signedIn();
    const page = await agent.open(oidc.buildEndSessionUrl(portal.configuration, {}));
    await agent.submit(page, { logout: "yes" });
    expect((await history()).map(({ kind }: { kind?: string }) => kind)).toContain("sign-out");
    expect((await events()).map(({ kind }) => kind).sort()).toEqual(["grant-revoked", "session-revoked"]);
    expect(await sessionsOf(aygul)).toEqual([]);
  });
});

describe("a sign-in", () => {
  it("is announced with the session that it established", async () => {
    await signedIn();
    const [uid] = await sessionsOf(aygul);
    const told = await identity.database.query(
      "SELECT payload FROM security_event WHERE kind = 'session-established' AND account_id = $1",
      [aygul.citizenId],
    );
    expect(told).toEqual([{ payload: { sessionId: uid, acr: "urn:huimin:loa:1" } }]);
  });

  it("is announced once, whatever she is asked before it is over, and anew when she signs in again", async () => {
    const established = async () =>
      (await identity.database.query("SELECT FROM security_event WHERE kind = 'session-established'")).length;
    const asked = await signIn(identity, portal, aygul, { parameters: { prompt: "consent" } });
    expect(await established()).toBe(1);
    const page = await asked.agent.submit(asked.page, { action: "allow" });
    await redeem(portal, { ...asked, page });
    expect(await established()).toBe(1);
    // The moment of a sign-in is known to the second.
    await delay(1_000);
    await signIn(identity, portal, aygul, { agent: asked.agent, parameters: { prompt: "login" } });
    expect(await established()).toBe(2);
  });
});

describe("a session that is ended from elsewhere", () => {
  it("is over for the browser and for what its clients hold; other sessions go on", async () => {
    const [one, other, somebodyElse] = [await signedIn(), await signedIn(), await signedIn(wei)];
    const before = await sessionsOf(aygul);
    const [uid = ""] = before;
    expect(await within((parts) => endSession(parts, uid, byPolicy))).toBe(true);
    expect(await within((parts) => endSession(parts, uid, byPolicy))).toBe(false);
    expect(await sessionsOf(aygul)).toHaveLength(1);
    const states = [await isSignedIn(one.agent), await isSignedIn(other.agent)];
    expect(states.filter(Boolean)).toHaveLength(1);
    const [ended, going] = states[0] ? [other, one] : [one, other];
    expect(await renewal(portal, ended.refreshToken)).toBe("invalid_grant");
    await refresh(portal, going.refreshToken);
    expect(await isSignedIn(somebodyElse.agent)).toBe(true);
    expect((await history()).map(({ kind }: { kind?: string }) => kind)).toContain("session-ended");
  });

  it("stays ended when a request that was under way writes it once more", async () => {
    const { agent } = await signedIn();
    const [uid = ""] = await sessionsOf(aygul);
    const rows = await identity.database.query<{ id_hash: Buffer; payload: object; expires_at: string }>(
      "SELECT id_hash, payload, expires_at FROM oidc_artefact WHERE model = 'Session' AND uid = $1",
      [uid],
    );
    await within((parts) => endSession(parts, uid, byPolicy));
    for (const { id_hash, payload, expires_at } of rows) {
      await identity.database.query(
        `INSERT INTO oidc_artefact (model, id_hash, payload, uid, expires_at) VALUES ('Session', $1, $2, $3, $4)`,
        [id_hash, JSON.stringify(payload), uid, expires_at],
      );
    }
    expect(await isSignedIn(agent)).toBe(false);
  });

  it("leaves no trace when the transaction of its cause fails", async () => {
    const { agent } = await signedIn();
    const [uid = ""] = await sessionsOf(aygul);
    const failing = within(async (parts) => {
      await endSession(parts, uid, byPolicy);
      throw new Error("the cause failed");
    });
    await expect(failing).rejects.toThrow("the cause failed");
    expect(await events()).toEqual([]);
    expect(await isSignedIn(agent)).toBe(true);
  });
});

describe("all sessions of an account", () => {
  it("end but for the one that is excepted", async () => {
    const agents = [await signedIn(), await signedIn(), await signedIn()].map(({ agent }) => agent);
    const [kept] = await sessionsOf(aygul);
    expect(await within((parts) => endAllSessions(parts, aygul.citizenId, byPolicy, kept))).toBe(2);
    expect(await sessionsOf(aygul)).toEqual([kept]);
    const states = await Promise.all(agents.map(isSignedIn));
    expect(states.filter(Boolean)).toHaveLength(1);
    expect((await events()).every(({ payload }) => payload.sessionId !== null)).toBe(true);
  });

  it("end with an event for the whole account when none is excepted", async () => {
    await signedIn();
    expect(await within((parts) => endAllSessions(parts, aygul.citizenId, byPolicy))).toBe(1);
    expect((await events()).map(({ payload }) => payload)).toContainEqual({
      sessionId: null,
      clientIds: [],
      initiator: "policy",
    });
  });
});

describe("a grant", () => {
  it("that is taken back ends its refresh tokens and is announced; the session stays", async () => {
    const { agent, refreshToken } = await signedIn();
    const byCitizen: Ending = { initiator: "user", history: "grant-revoked" };
    const portalOfAygul = { accountId: aygul.citizenId, clientId: "portal" };
    expect(await within((parts) => revokeGrantsOf(parts, portalOfAygul, byCitizen))).toBe(true);
    expect(await within((parts) => revokeGrantsOf(parts, portalOfAygul, byCitizen))).toBe(false);
    expect(await renewal(portal, refreshToken)).toBe("invalid_grant");
    expect(await isSignedIn(agent)).toBe(true);
    const entries = (await history()).filter(({ kind }: { kind?: string }) => kind === "grant-revoked");
    expect(entries).toMatchObject([{ citizen_id: aygul.citizenId, client_id: "portal" }]);
  });

  it("is announced too when a client revokes its refresh token (RFC 7009)", async () => {
    const { refreshToken } = await signedIn();
    await oidc.tokenRevocation(portal.configuration, refreshToken);
    expect(await events()).toMatchObject([
      { kind: "grant-revoked", payload: { clientId: "portal", initiator: "user" } },
    ]);
  });

  it("does not come back when a request that read it before saves it, be it while the end is being written", async () => {
    await signedIn();
    const rows = await identity.database.query<{ grant_id: string }>(
      "SELECT grant_id FROM oidc_artefact WHERE model = 'Grant' AND payload ->> 'accountId' = $1",
      [aygul.citizenId],
    );
    const [grantId = ""] = rows.map(({ grant_id }) => grant_id);
    const grants = durableArtefacts("Grant", identity.database);
    const read = await grants.find(grantId);
    if (!read) throw new Error("there is no grant");
    const saved = await within(async (parts) => {
      await revokeGrant(parts, grantId, byPolicy);
      const saving = grants.upsert(grantId, read, 60);
      await delay(50);
      return { saving };
    });
    await saved.saving;
    expect(await grants.find(grantId)).toBeUndefined();
    await grants.upsert(grantId, read, 60);
    expect(await grants.find(grantId)).toBeUndefined();
    expect(await within((parts) => revokeGrant(parts, grantId, byPolicy))).toBe(false);
  });

  it("that is not there is not announced", async () => {
    expect(await within((parts) => revokeGrant(parts, "nothing", byPolicy))).toBe(false);
    expect(await events()).toEqual([]);
  });
});
