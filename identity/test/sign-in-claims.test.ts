import { decodeJwt } from "jose";
import * as oidc from "openid-client";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TestCitizen } from "./support/citizens.ts";
import {
  begin,
  portalClient,
  proofs,
  redeem,
  refresh,
  registerFapi2,
  signIn,
  type TestClient,
} from "./support/client.ts";
import { settleCitizen, smsCode } from "./support/factors.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { createUserAgent } from "./support/user-agent.ts";

let identity: TestIdentity;
let portal: TestClient;
let her: TestCitizen;

beforeAll(async () => {
  identity = await startTestIdentity();
  portal = await portalClient(identity);
});
afterAll(() => identity.close());
beforeEach(async () => {
  her = await settleCitizen(identity);
});

const level1 = "urn:huimin:loa:1";
const level2 = "urn:huimin:loa:2";
const amrAsked = { claims: JSON.stringify({ id_token: { amr: null } }) };
const askForAll = { acr_values: level1, max_age: "3600", ...amrAsked };

/** What two tokens say of one sign-in. */
const saidBy = ({ acr, amr, auth_time }: Record<string, unknown>) => ({ acr, amr, auth_time });

describe("what tokens say of a sign-in (OpenID Connect Core 1.0, 2 and 3.1.2.1)", () => {
  it("is the same in ID token and access token when a client asks for level, methods and age", async () => {
    const before = Math.floor(Date.now() / 1000);
    const tokens = await redeem(portal, await signIn(identity, portal, her, { parameters: askForAll }));
    const said = saidBy(tokens.claims() ?? {});
    expect(said).toEqual({ acr: level1, amr: ["pwd"], auth_time: expect.any(Number) });
    expect(saidBy(decodeJwt(tokens.access_token))).toEqual(said);
    expect(Number(said.auth_time)).toBeGreaterThanOrEqual(before);
    expect(Number(said.auth_time)).toBeLessThanOrEqual(Date.now() / 1000 + 1);
  });

  it("stays what it was at the sign-in when tokens are refreshed (12.2), and when she comes back in the session", async () => {
    const agent = createUserAgent(identity.issuer);
    const tokens = await redeem(portal, await signIn(identity, portal, her, { agent, parameters: askForAll }));
    await identity.database.query(
      `UPDATE oidc_artefact SET payload = jsonb_set(payload, '{loginTs}', to_jsonb((payload ->> 'loginTs')::bigint - 600))
       WHERE model = 'Session' AND payload ->> 'accountId' = $1`,
      [her.citizenId],
    );
    const refreshed = await refresh(portal, tokens.refresh_token ?? "");
    expect(saidBy(decodeJwt(refreshed.access_token))).toEqual(saidBy(decodeJwt(tokens.access_token)));
    expect(refreshed.claims()?.auth_time ?? tokens.claims()?.auth_time).toBe(tokens.claims()?.auth_time);
    const back = await redeem(portal, await begin(identity, portal, { agent, parameters: askForAll }));
    expect(back.claims()?.auth_time).toBe(Number(tokens.claims()?.auth_time) - 600);
    expect(saidBy(decodeJwt(back.access_token))).toEqual(saidBy(back.claims() ?? {}));
  });

  it("rises with a step-up, in both tokens at once, and never in those given out before", async () => {
    const agent = createUserAgent(identity.issuer);
    const first = await redeem(portal, await signIn(identity, portal, her, { agent, parameters: askForAll }));
    const since = identity.messages.length;
    const parameters = { ...askForAll, acr_values: level2 };
    const attempt = await begin(identity, portal, { agent, parameters });
    const asked = await agent.submit(attempt.page, { action: "send", factor: "sms" });
    const page = await agent.submit(asked, { code: await smsCode(identity, her.mobile, since) });
    const tokens = await redeem(portal, { ...attempt, page });
    expect(tokens.claims()).toMatchObject({ acr: level2, amr: ["pwd", "sms", "mfa"] });
    expect(saidBy(decodeJwt(tokens.access_token))).toEqual(saidBy(tokens.claims() ?? {}));
    const old = await refresh(portal, first.refresh_token ?? "");
    expect(decodeJwt(old.access_token)).toMatchObject({ acr: level1, amr: ["pwd"] });
  });

  it("is at userinfo nothing at all: what is said there is about her and not about a sign-in", async () => {
    const app = await registerFapi2(identity, "library", { sector: "library" });
    const parameters = { scope: "openid", resource: null, ...askForAll };
    const attempt = await signIn(identity, app, her, { parameters });
    const allowed = await attempt.agent.submit(attempt.page, { action: "allow" });
    const tokens = await redeem(app, { ...attempt, page: allowed });
    const claims = tokens.claims();
    const info = await oidc.fetchUserInfo(app.configuration, tokens.access_token, claims?.sub ?? "", proofs(app));
    expect(info).toEqual({ sub: claims?.sub });
  });
});
