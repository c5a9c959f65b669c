import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aygul, openAccount, wei } from "./support/citizens.ts";
import {
  begin,
  portalClient,
  proofs,
  publicClient,
  redeem,
  refresh,
  refusalOf,
  signIn,
  type TestClient,
} from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { createUserAgent, type UserAgent } from "./support/user-agent.ts";

let identity: TestIdentity;
let portal: TestClient;

beforeAll(async () => {
  identity = await startTestIdentity();
  portal = await portalClient(identity);
});
afterAll(() => identity.close());

/** A browser in which the citizen is signed in to the portal. */
async function signedIn(citizen = aygul) {
  const attempt = await signIn(identity, portal, citizen);
  const tokens = await redeem(portal, attempt);
  return { agent: attempt.agent, idToken: tokens.id_token ?? "", refreshToken: tokens.refresh_token ?? "" };
}

function signOutUrl(parameters: Record<string, string>): URL {
  return oidc.buildEndSessionUrl(portal.configuration, parameters);
}

async function isSignedIn(agent: UserAgent): Promise<boolean> {
  const { page } = await begin(identity, portal, { agent });
  return page.leavesTo?.searchParams.has("code") ?? false;
}

const home = () => ({ post_logout_redirect_uri: `${identity.config.portalUrl}/`, state: "signed-out" });

describe("an account that is removed", () => {
  it("ends what its citizen was signed in to: she is asked again and nothing is renewed", async () => {
    const { agent, refreshToken } = await signedIn(wei);
    await identity.database.query("DELETE FROM account WHERE citizen_id = $1", [wei.citizenId]);
    const { page } = await begin(identity, portal, { agent });
    expect(page.text).toContain('name="password"');
    expect(await refusalOf(refresh(portal, refreshToken))).toMatchObject({
      error: "invalid_grant",
    });
    await openAccount(identity.database, wei);
  });
});

describe("signing out", () => {
  it("needs no further click when the portal proves by an ID token whose session it is", async () => {
    const { agent, idToken, refreshToken } = await signedIn();
    const page = await agent.open(signOutUrl({ id_token_hint: idToken, ...home() }));
    expect(page.leavesTo?.href).toBe(`${identity.config.portalUrl}/?state=signed-out`);
    expect(await isSignedIn(agent)).toBe(false);
    expect(await refusalOf(refresh(portal, refreshToken))).toMatchObject({
      error: "invalid_grant",
    });
  });

  it("ends the tokens of every client of the session", async () => {
    const graphiql = await publicClient(identity.issuer, "graphiql", `${identity.config.gatewayUrl}/graphiql/callback`);
    const { agent, idToken } = await signedIn();
    const attempt = await begin(identity, graphiql, { agent, parameters: { resource: null, scope: "openid" } });
    const { access_token: token } = await redeem(graphiql, attempt);
    const ask = () => oidc.fetchUserInfo(graphiql.configuration, token, oidc.skipSubjectCheck, proofs(graphiql));
    await expect(ask()).resolves.toHaveProperty("sub");
    await agent.open(signOutUrl({ id_token_hint: idToken }));
    await expect(ask()).rejects.toMatchObject({ status: 401 });
  });

  it("is asked about when the hint is of another session's citizen", async () => {
    const { agent } = await signedIn(aygul);
    const { idToken } = await signedIn(wei);
    const page = await agent.open(signOutUrl({ id_token_hint: idToken, ui_locales: "en" }));
    expect(page.text).toContain("Do you want to sign out?");
    expect(await isSignedIn(agent)).toBe(true);
  });

  it("is asked about without a hint, and happens when she confirms", async () => {
    const { agent } = await signedIn();
    const page = await agent.open(signOutUrl({ client_id: "portal", ui_locales: "en", ...home() }));
    expect(page.text).toContain("Do you want to sign out?");
    expect(page.headers.get("content-security-policy")).toContain(`form-action 'self' ${identity.config.portalUrl};`);
    const end = await agent.submit(page, { logout: "yes" });
    expect(end.leavesTo?.href).toBe(`${identity.config.portalUrl}/?state=signed-out`);
    expect(await isSignedIn(agent)).toBe(false);
  });

  it("says so on a page of its own when the client names no place to go back to", async () => {
    const agent = createUserAgent(identity.issuer, { "accept-language": "ug" });
    await signIn(identity, portal, aygul, { agent });
    const page = await agent.open(signOutUrl({}));
    expect(page.text).toContain("چېكىنەمسىز؟");
    const end = await agent.submit(page, { logout: "yes" });
    expect(end.text).toContain("چېكىندىڭىز");
    expect(end.headers.get("cache-control")).toBe("no-store");
  });

  it("asks nobody who is not signed in, and still leads back", async () => {
    const { idToken } = await signedIn();
    const stranger = createUserAgent(identity.issuer);
    const page = await stranger.open(signOutUrl({ id_token_hint: idToken, ...home() }));
    expect(page.leavesTo?.href).toBe(`${identity.config.portalUrl}/?state=signed-out`);
    expect((await stranger.open(signOutUrl({}))).url.pathname).toBe("/session/end/success");
  });

  it("cannot be confirmed by a form from elsewhere", async () => {
    const { agent } = await signedIn();
    await agent.open(signOutUrl({}));
    const body = new URLSearchParams({ logout: "yes", xsrf: "guessed" });
    const answer = await agent.open(`${identity.issuer}/session/end/confirm`, { method: "POST", body });
    expect(answer.status).toBe(400);
    expect(await isSignedIn(agent)).toBe(true);
  });

  it("leads to registered places only, and believes no hint that identity did not sign", async () => {
    const { agent, idToken } = await signedIn();
    const elsewhere = { id_token_hint: idToken, post_logout_redirect_uri: "https://evil.example/" };
    expect((await agent.open(signOutUrl(elsewhere))).status).toBe(400);
    const forged = `${idToken.slice(0, idToken.lastIndexOf("."))}.${"A".repeat(86)}`;
    expect((await agent.open(signOutUrl({ id_token_hint: forged }))).status).toBe(400);
    expect(await isSignedIn(agent)).toBe(true);
  });
});
