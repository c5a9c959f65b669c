import { decodeJwt } from "jose";
import * as oidc from "openid-client";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { proofInPerson } from "../store/proofing.ts";
import { signInToAccount } from "./support/account.ts";
import type { TestCitizen } from "./support/citizens.ts";
import { portalClient, redeem, refusalOf, signIn, type TestClient } from "./support/client.ts";
import { appCode, enrolApp, historyOf, openSecurity, printCodes, settleCitizen, smsCode } from "./support/factors.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { createUserAgent, type Page, type UserAgent } from "./support/user-agent.ts";

let identity: TestIdentity;
let portal: TestClient;
let aygul: TestCitizen;

beforeAll(async () => {
  identity = await startTestIdentity();
  portal = await portalClient(identity);
});
afterAll(() => identity.close());
beforeEach(async () => {
  aygul = await settleCitizen(identity);
});

const newPassword = "seven herons over water";

/** Whoever holds the SIM card and knows the number goes as far as the code by SMS leads. */
async function proveMobile(login: string = aygul.residentId): Promise<{ agent: UserAgent; page: Page }> {
  const since = identity.messages.length;
  const agent = createUserAgent(identity.issuer, { "accept-language": "en" });
  const asked = await agent.submit(await agent.open(`${identity.issuer}/recovery`), { login });
  const page = await agent.submit(asked, { code: await smsCode(identity, aygul.mobile, since) });
  return { agent, page };
}

async function startWaiting(): Promise<{ agent: UserAgent; page: Page }> {
  const { agent, page } = await proveMobile();
  return { agent, page: await agent.submit(page, { action: "wait" }) };
}

/** As if the time had gone by. */
async function letTimePass(): Promise<void> {
  await identity.database.query(
    "UPDATE recovery_request SET ready_at = now() - interval '1 second' WHERE ended_at IS NULL AND citizen_id = $1",
    [aygul.citizenId],
  );
}

async function hoursToWait(): Promise<number> {
  const [row] = await identity.database.query<{ hours: number }>(
    "SELECT round(extract(epoch FROM ready_at - started_at) / 3600)::float8 AS hours FROM recovery_request WHERE ended_at IS NULL AND citizen_id = $1",
    [aygul.citizenId],
  );
  return row?.hours ?? Number.NaN;
}

const linkIn = (text: string) => /\/recovery\/stop\?token=[\w-]+/.exec(text)?.[0] ?? "";

describe("recovery with the mobile alone", () => {
  it("waits a day, tells the mobile and the history, and then sets a new password worth level 1", async () => {
    const since = identity.messages.length;
    const { page: waiting } = await startWaiting();
    expect(waiting.text).toContain("You can set a new password from this time on");
    expect(await hoursToWait()).toBe(24);
    await expect.poll(() => identity.messages.slice(since).some(({ text }) => linkIn(text) !== "")).toBe(true);
    expect(await historyOf(identity, aygul)).toEqual(["recovery-started"]);
    await letTimePass();
    const { agent, page } = await proveMobile();
    expect(page.url.pathname).toBe("/recovery/password");
    expect((await agent.submit(page, { password: newPassword })).text).toContain("Your new password is set");
    const attempt = await signIn(
      identity,
      portal,
      { ...aygul, password: newPassword },
      { parameters: { ui_locales: "en" } },
    );
    const now = identity.messages.length;
    const asked = await attempt.agent.submit(attempt.page, { action: "send", factor: "sms" });
    const done = await attempt.agent.submit(asked, { code: await smsCode(identity, aygul.mobile, now) });
    expect(decodeJwt((await redeem(portal, { ...attempt, page: done })).access_token).acr).toBe("urn:huimin:loa:1");
  });

  it("cannot be hurried: no page of it sets a password before the time", async () => {
    const { agent } = await startWaiting();
    const body = new URLSearchParams({ password: newPassword });
    const page = await agent.open(`${identity.issuer}/recovery/password`, { method: "POST", body });
    expect(page.url.pathname).toBe("/recovery/proof");
    expect(await hoursToWait()).toBe(24);
    expect((await signIn(identity, portal, { ...aygul, password: newPassword })).page.status).toBe(422);
  });

  it("waits three days where the account has an app or a passkey, which whoever recovers neither uses nor removes", async () => {
    const { agent: hers } = await openSecurity(identity, aygul);
    const secret = await enrolApp(identity, hers);
    await startWaiting();
    expect(await hoursToWait()).toBe(72);
    await letTimePass();
    const { agent, page } = await proveMobile();
    await agent.submit(page, { password: newPassword });
    const robbed = { ...aygul, password: newPassword };
    const attempt = await signIn(identity, portal, robbed, {
      parameters: { ui_locales: "en", acr_values: "urn:huimin:loa:2" },
    });
    expect(attempt.page.text).not.toContain("Get a code by SMS");
    const now = identity.messages.length;
    const door = await signInToAccount(identity, robbed, "/account/security?lang=en");
    const other = await door.agent.submit(door.page, { action: "choose", factor: "sms" });
    const asked = await door.agent.submit(other, { action: "send", factor: "sms" });
    const security = await door.agent.submit(asked, { code: await smsCode(identity, aygul.mobile, now) });
    expect(security.text).toContain("Your account was recovered by mobile");
    const form = /name="form" value="([^"]+)"/.exec(security.text)?.[1] ?? "";
    for (const path of ["totp", "totp/remove", "mobile", "codes", "password/remove"]) {
      const body = new URLSearchParams({ form });
      const refused = await door.agent.open(`${identity.issuer}/account/security/${path}`, { method: "POST", body });
      expect(refused.status, path).toBe(422);
    }
    // She herself has the app still: it gives the account back its level.
    const mine = await attempt.agent.submit(attempt.page, { code: appCode(secret) });
    expect(decodeJwt((await redeem(portal, { ...attempt, page: mine })).access_token).acr).toBe("urn:huimin:loa:2");
  });

  it("counts no more for whoever proved a number that the account has no longer", async () => {
    const { agent } = await startWaiting();
    await letTimePass();
    await identity.database.query("UPDATE account SET mobile = '19977999999' WHERE citizen_id = $1", [aygul.citizenId]);
    const body = new URLSearchParams({ password: newPassword });
    const page = await agent.open(`${identity.issuer}/recovery/password`, { method: "POST", body });
    expect(page.url.pathname).toBe("/recovery");
    expect((await signIn(identity, portal, { ...aygul, password: newPassword })).page.status).toBe(422);
  });

  it("lets a session of it rise to no level by itself, whatever becomes of the account meanwhile", async () => {
    await startWaiting();
    await letTimePass();
    const { agent, page } = await proveMobile();
    await agent.submit(page, { password: newPassword });
    const since = identity.messages.length;
    const thief = await signInToAccount(identity, { ...aygul, password: newPassword }, "/account?lang=en");
    const asked = await thief.agent.submit(thief.page, { action: "send", factor: "sms" });
    const inside = await thief.agent.submit(asked, { code: await smsCode(identity, aygul.mobile, since) });
    expect(inside.url.pathname).toBe("/account");
    await identity.database.query("UPDATE account SET recovered_at = NULL WHERE citizen_id = $1", [aygul.citizenId]);
    const request = new URLSearchParams({
      client_id: "account",
      redirect_uri: `${identity.issuer}/account/return`,
      response_type: "code",
      scope: "openid",
      code_challenge: "x".repeat(43),
      code_challenge_method: "S256",
      acr_values: "urn:huimin:loa:2",
      ui_locales: "en",
    });
    const door = await thief.agent.open(`${identity.issuer}/auth?${request}`);
    expect(door.url.pathname).toMatch(/^\/interaction\//);
    expect(door.text).toContain('name="password"');
  });

  it("ends every session and refresh token when it is completed", async () => {
    const tokens = await redeem(portal, await signIn(identity, portal, aygul));
    const { agent: hers } = await signInToAccount(identity, aygul);
    const other = await startWaiting();
    expect(other.page.status).toBe(200);
    await letTimePass();
    const { agent, page } = await proveMobile();
    await agent.submit(page, { password: newPassword });
    const old = oidc.refreshTokenGrant(portal.configuration, tokens.refresh_token ?? "");
    expect(await refusalOf(old)).toMatchObject({ error: "invalid_grant" });
    expect((await hers.open(`${identity.issuer}/account`)).url.pathname).toMatch(/^\/interaction\//);
    const events = await identity.database.query<{ kind: string }>(
      "SELECT kind FROM security_event WHERE account_id = $1 AND payload ->> 'sessionId' IS NULL AND kind = 'session-revoked'",
      [aygul.citizenId],
    );
    expect(events.length).toBeGreaterThan(0);
  });

  it("leaves an account whose password is chosen anew once an officer has proofed her in person", async () => {
    await startWaiting();
    await letTimePass();
    const { agent, page } = await proveMobile();
    await agent.submit(page, { password: newPassword });
    await identity.database.transaction((tx) =>
      proofInPerson(tx, aygul.citizenId, "8c1d3a52-0f0e-4a8e-9a4e-2f8d5c6b7a01"),
    );
    const since = identity.messages.length;
    const attempt = await signIn(identity, portal, { ...aygul, password: newPassword });
    const asked = await attempt.agent.submit(attempt.page, { action: "send", factor: "sms" });
    const proved = await attempt.agent.submit(asked, { code: await smsCode(identity, aygul.mobile, since) });
    const short = await attempt.agent.submit(proved, { password: "too short" });
    expect(short.status).toBe(422);
    const done = await attempt.agent.submit(short, { password: "a heron that nobody else saw" });
    expect(decodeJwt((await redeem(portal, { ...attempt, page: done })).access_token).acr).toBe("urn:huimin:loa:2");
  });
});

describe("a recovery under way is stopped", () => {
  it("by whoever signs in: it is the first thing that she reads", async () => {
    await startWaiting();
    const attempt = await signIn(identity, portal, aygul, { parameters: { ui_locales: "en" } });
    expect(attempt.page.text).toContain("Somebody is recovering your account");
    const page = await attempt.agent.submit(attempt.page, { action: "stop-recovery" });
    expect(page.leavesTo?.searchParams.has("code")).toBe(true);
    await letTimePass();
    const { page: again } = await proveMobile();
    expect(again.text).toContain("the mobile alone starts no other for now");
    expect(await historyOf(identity, aygul)).toContain("recovery-cancelled");
  });

  it("by the link in the notice, once, and not by looking at it", async () => {
    const since = identity.messages.length;
    await startWaiting();
    const links = () => identity.messages.slice(since).flatMap(({ text }) => linkIn(text) || []);
    await expect.poll(links).toHaveLength(1);
    const agent = createUserAgent(identity.issuer, { "accept-language": "en" });
    const page = await agent.open(`${identity.issuer}${links()[0]}`);
    expect(await hoursToWait()).toBe(24);
    expect((await agent.submit(page, { token: "" })).status).toBe(404);
    const token = /token=([\w-]+)/.exec(links()[0] ?? "")?.[1] ?? "";
    expect((await agent.submit(page, { token })).text).toContain("The recovery is stopped");
    expect((await agent.submit(page, { token })).status).toBe(404);
    expect(await hoursToWait()).toBeNaN();
  });

  it("on the account's first page, with one click and without a fresh sign-in", async () => {
    const { agent } = await signInToAccount(identity, aygul, "/account?lang=en");
    await startWaiting();
    const page = await agent.open(`${identity.issuer}/account`);
    expect(page.text).toContain("Somebody is recovering your account");
    const form = /name="form" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
    const stop = `${identity.issuer}/account/recovery/stop`;
    expect((await agent.open(stop, { method: "POST", body: new URLSearchParams() })).status).toBe(403);
    expect(await hoursToWait()).toBe(24);
    const stopped = await agent.open(stop, { method: "POST", body: new URLSearchParams({ form }) });
    expect(stopped.text).toContain("The recovery is stopped");
    expect(stopped.text).not.toContain("Somebody is recovering your account");
    expect(await hoursToWait()).toBeNaN();
    expect((await agent.open(stop)).url.pathname).toBe("/account");
  });

  it("on the security pages", async () => {
    const { agent, page } = await openSecurity(identity, aygul);
    await startWaiting();
    const again = await agent.open(page.url);
    expect(again.text).toContain("Somebody is recovering your account");
    const form = /name="form" value="([^"]+)"/.exec(again.text)?.[1] ?? "";
    const body = new URLSearchParams({ form });
    await agent.open(`${identity.issuer}/account/security/recovery/stop`, { method: "POST", body });
    expect(await hoursToWait()).toBeNaN();
  });
});

describe("recovery with a printed code", () => {
  it("sets a new password at once and keeps the level", async () => {
    const { agent: hers } = await openSecurity(identity, aygul);
    const secret = await enrolApp(identity, hers);
    const [code = "", next = ""] = await printCodes(identity, hers);
    const { agent, page } = await proveMobile(aygul.mobile);
    expect((await agent.submit(page, { code: `${next.slice(0, -1)}U` })).status).toBe(422);
    const chosen = await agent.submit(page, { code });
    expect(chosen.url.pathname).toBe("/recovery/password");
    expect((await agent.submit(chosen, { password: "short" })).status).toBe(422);
    expect((await agent.submit(chosen, { password: newPassword })).status).toBe(200);
    const attempt = await signIn(identity, portal, { ...aygul, password: newPassword });
    const done = await attempt.agent.submit(attempt.page, { code: appCode(secret) });
    expect(decodeJwt((await redeem(portal, { ...attempt, page: done })).access_token).acr).toBe("urn:huimin:loa:2");
  });
});

describe("a recovery of an account that is not there", () => {
  it("looks like any other, and sends nothing", async () => {
    const since = identity.messages.length;
    const texts: string[] = [];
    for (const login of [aygul.mobile, "19912345678"]) {
      const agent = createUserAgent(identity.issuer, { "accept-language": "en" });
      const asked = await agent.submit(await agent.open(`${identity.issuer}/recovery`), { login });
      const wrong = await agent.submit(asked, { code: "000000" });
      texts.push(asked.text, wrong.text.replace(login, ""));
    }
    expect(texts.slice(0, 2)).toEqual(texts.slice(2));
    await expect.poll(() => identity.messages.length).toBe(since + 1);
  });
});
