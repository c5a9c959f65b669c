import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";
import * as oidc from "openid-client";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { endSession } from "../account/endings.ts";
import { aygul, wei } from "./support/citizens.ts";
import { portalClient, redeem, signIn, type TestClient } from "./support/client.ts";
import { enterGuardianship, registerPerson } from "./support/family.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";

let identity: TestIdentity;
let portal: TestClient;

beforeAll(async () => {
  identity = await startTestIdentity();
  portal = await portalClient(identity);
});
beforeEach(() => {
  identity.portalLogouts.tokens.length = 0;
  identity.portalLogouts.answers.length = 0;
});
afterAll(() => identity.close());

const until = { timeout: 15_000, interval: 20 };

async function signedIn(citizen = aygul) {
  const attempt = await signIn(identity, portal, citizen);
  const { id_token: idToken = "" } = await redeem(portal, attempt);
  return { agent: attempt.agent, idToken, claims: decodeJwt(idToken) };
}

async function signOut({ agent, idToken }: Awaited<ReturnType<typeof signedIn>>): Promise<void> {
  await agent.open(oidc.buildEndSessionUrl(portal.configuration, { id_token_hint: idToken }));
}

const waiting = () => identity.database.query("SELECT 1 FROM logout_notice");

/** Makes what waits for another try due at once. */
async function hurry(): Promise<void> {
  await identity.database.query("UPDATE logout_notice SET due_at = now()");
}

describe("a client that registered an address for logout tokens", () => {
  it("is told of the person whom she acted for, and of her as the actor, as its ID tokens told it", async () => {
    const daughter = await registerPerson(identity.database, "古丽", { years: 9 });
    const person = await enterGuardianship(identity.database, aygul, daughter);
    const attempt = await signIn(identity, portal, aygul);
    const page = await attempt.agent.submit(attempt.page, { person });
    const { id_token: idToken = "" } = await redeem(portal, { ...attempt, page });
    const claims = decodeJwt(idToken);
    await signOut({ agent: attempt.agent, idToken, claims });
    await expect.poll(() => identity.portalLogouts.tokens.length, until).toBe(1);
    const told = decodeJwt(identity.portalLogouts.tokens[0] ?? "");
    expect(told).toMatchObject({ sub: claims.sub, act: claims.act, sid: claims.sid });
    expect(claims.act).toEqual({ sub: expect.stringMatching(/^hm1_/) });
    await identity.database.query("DELETE FROM guardianship");
  });

  it("is told by a token that names the session as its ID tokens do", async () => {
    const visit = await signedIn();
    await signOut(visit);
    await expect.poll(() => identity.portalLogouts.tokens.length, until).toBe(1);
    const [token = ""] = identity.portalLogouts.tokens;
    const { payload, protectedHeader } = await jwtVerify(
      token,
      createRemoteJWKSet(new URL(`${identity.issuer}/jwks`)),
      { issuer: identity.issuer, audience: "portal" },
    );
    expect(protectedHeader.typ).toBe("logout+jwt");
    expect(payload).toEqual({
      iss: identity.issuer,
      aud: "portal",
      sub: visit.claims.sub,
      sid: visit.claims.sid,
      iat: expect.any(Number),
      exp: Number(payload.iat) + 120,
      jti: expect.any(String),
      events: { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    expect(payload.sid).toEqual(expect.any(String));
    await expect.poll(waiting, until).toEqual([]);
  });

  it("is told as well when the session is ended from elsewhere", async () => {
    const { claims } = await signedIn(wei);
    const [session] = await identity.database.query<{ uid: string }>(
      "SELECT uid FROM oidc_artefact WHERE model = 'Session' AND payload ->> 'accountId' = $1",
      [wei.citizenId],
    );
    await identity.database.transaction((tx) =>
      endSession({ tx, fleeting: identity.fleeting }, session?.uid ?? "", { initiator: "user", history: null }),
    );
    await expect.poll(() => identity.portalLogouts.tokens.length, until).toBe(1);
    expect(decodeJwt(identity.portalLogouts.tokens[0] ?? "").sid).toBe(claims.sid);
  });

  it("is told again until it takes it, each time by a fresh token", async () => {
    identity.portalLogouts.answers.push(503, 500);
    const visit = await signedIn();
    await signOut(visit);
    for (const tries of [1, 2, 3]) {
      await expect.poll(() => identity.portalLogouts.tokens.length, until).toBe(tries);
      await hurry();
    }
    await expect.poll(waiting, until).toEqual([]);
    const ids = identity.portalLogouts.tokens.map((token) => decodeJwt(token).jti);
    expect(new Set(ids).size).toBe(3);
  });

  it("is left alone when it says that the token is no good to it", async () => {
    identity.portalLogouts.answers.push(400);
    await signOut(await signedIn());
    await expect.poll(() => identity.portalLogouts.tokens.length, until).toBe(1);
    await expect.poll(waiting, until).toEqual([]);
  });

  it("is told after a restart of what was not told before", async () => {
    identity.portalLogouts.answers.push(503);
    await signOut(await signedIn());
    await expect.poll(() => identity.portalLogouts.tokens.length, until).toBe(1);
    await identity.restart();
    await hurry();
    await expect.poll(() => identity.portalLogouts.tokens.length, until).toBe(2);
  });

  it("finds in the metadata that it can register one", async () => {
    const answer = await fetch(`${identity.issuer}/.well-known/openid-configuration`);
    expect(await answer.json()).toMatchObject({
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
    });
  });
});
