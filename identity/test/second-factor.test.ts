import { hash } from "@node-rs/argon2";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { isPassword } from "../credentials/password.ts";
import { proofInPerson } from "../store/proofing.ts";
import { signInToAccount } from "./support/account.ts";
import type { TestCitizen } from "./support/citizens.ts";
import { begin, portalClient, redeem, signIn, type TestClient } from "./support/client.ts";
import {
  appCode,
  enrolApp,
  historyOf,
  openSecurity,
  postForm,
  printCodes,
  settleCitizen,
  smsCode,
} from "./support/factors.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { createUserAgent } from "./support/user-agent.ts";

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

const english = { parameters: { ui_locales: "en" } };
const level2 = { parameters: { ui_locales: "en", acr_values: "urn:huimin:loa:2" } };
const level3 = { parameters: { ui_locales: "en", acr_values: "urn:huimin:loa:3" } };

describe("a password alone", () => {
  it("is worth level 1, and the token says so with the time of the sign-in", async () => {
    const before = Math.floor(Date.now() / 1000);
    const claims = decodeJwt((await redeem(portal, await signIn(identity, portal, aygul))).access_token);
    expect(claims).toMatchObject({ acr: "urn:huimin:loa:1", amr: ["pwd"] });
    expect(Number(claims.auth_time)).toBeGreaterThanOrEqual(before);
  });

  it("of an older, cheaper hash gets one of today's cost when she signs in", async () => {
    const cheap = await hash(aygul.password, { memoryCost: 8 * 1024, timeCost: 1, parallelism: 1 });
    await identity.database.query("UPDATE account SET password_hash = $2 WHERE citizen_id = $1", [
      aygul.citizenId,
      cheap,
    ]);
    const read = async () => {
      const [row] = await identity.database.query<{ password_hash: string }>(
        "SELECT password_hash FROM account WHERE citizen_id = $1",
        [aygul.citizenId],
      );
      return row?.password_hash ?? "";
    };
    await signIn(identity, portal, { ...aygul, password: "wrong password of hers" });
    expect(await read()).toBe(cheap);
    expect((await signIn(identity, portal, aygul)).page.leavesTo).not.toBeNull();
    expect(await read()).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await isPassword(await read(), aygul.password)).toBe(true);
  });
});

describe("an authenticator app", () => {
  it("is asked for after the password from then on, and makes the sign-in worth level 2", async () => {
    const { agent } = await openSecurity(identity, aygul);
    const secret = await enrolApp(identity, agent);
    const attempt = await signIn(identity, portal, aygul, english);
    expect(attempt.page.text).toContain("Open your authenticator app");
    const wrong = await attempt.agent.submit(attempt.page, { code: "000000" });
    expect(wrong.status).toBe(422);
    const page = await attempt.agent.submit(wrong, { code: appCode(secret) });
    const claims = decodeJwt((await redeem(portal, { ...attempt, page })).access_token);
    expect(claims).toMatchObject({ acr: "urn:huimin:loa:2", amr: ["pwd", "otp", "mfa"] });
    expect(await historyOf(identity, aygul)).toEqual([
      "sign-in-new-device",
      "sign-in",
      "totp-added",
      "sign-in-new-device",
    ]);
  });

  it("gives codes that work once, also when two browsers send one at the same moment", async () => {
    const { agent } = await openSecurity(identity, aygul);
    const secret = await enrolApp(identity, agent);
    const attempts = await Promise.all([1, 2, 3].map(() => signIn(identity, portal, aygul, english)));
    const code = appCode(secret);
    const ends = await Promise.all(attempts.map(({ agent: one, page }) => one.submit(page, { code })));
    expect(ends.filter(({ leavesTo }) => leavesTo !== null)).toHaveLength(1);
  });

  it("is guessed ever more slowly", async () => {
    const { agent } = await openSecurity(identity, aygul);
    const secret = await enrolApp(identity, agent);
    const attempt = await signIn(identity, portal, aygul, english);
    const statuses: number[] = [];
    for (let i = 0; i < 8; i += 1) {
      statuses.push((await attempt.agent.submit(attempt.page, { code: String(i).repeat(6) })).status);
    }
    expect(statuses).toContain(429);
    expect((await attempt.agent.submit(attempt.page, { code: appCode(secret) })).status).toBe(429);
  });

  it("has its secret sealed in the database, for its account alone", async () => {
    const { agent } = await openSecurity(identity, aygul);
    const secret = await enrolApp(identity, agent);
    const [row] = await identity.database.query<{ sealed_secret: Buffer }>(
      "SELECT sealed_secret FROM totp WHERE citizen_id = $1",
      [aygul.citizenId],
    );
    expect(row?.sealed_secret.toString("latin1")).not.toContain(secret);
  });

  it("cannot be passed by with the password's page, an unknown way, or somebody else's interaction", async () => {
    const { agent } = await openSecurity(identity, aygul);
    await enrolApp(identity, agent);
    const attempt = await signIn(identity, portal, aygul, english);
    for (const fields of [
      { action: "go-on" },
      { action: "factor", factor: "sms", code: "123456" },
      { action: "factor", factor: "passkey", credential: "{}" },
      { action: "new-password", password: "a new password of hers" },
      { action: "choose", factor: "recovery-code" },
    ]) {
      const body = new URLSearchParams(fields);
      const page = await attempt.agent.open(attempt.page.url, { method: "POST", body });
      expect(page.leavesTo, JSON.stringify(fields)).toBeNull();
    }
    const fresh = await begin(identity, portal, english);
    const stolen = new URLSearchParams({ action: "factor", factor: "totp", code: "123456" });
    const page = await fresh.agent.open(fresh.page.url, { method: "POST", body: stolen });
    expect(page.text).toContain("This step of the sign-in took too long");
  });
});

describe("a demanded level", () => {
  it("is met by a code by SMS, where the account has nothing better", async () => {
    const attempt = await signIn(identity, portal, aygul, level2);
    expect(attempt.page.text).toContain(`199****${aygul.mobile.slice(7)}`);
    const asked = await attempt.agent.submit(attempt.page, { action: "send", factor: "sms" });
    const page = await attempt.agent.submit(asked, { code: await smsCode(identity, aygul.mobile) });
    const claims = decodeJwt((await redeem(portal, { ...attempt, page })).access_token);
    expect(claims).toMatchObject({ acr: "urn:huimin:loa:2", amr: ["pwd", "sms", "mfa"] });
  });

  it("asks somebody who is signed in for what is missing alone", async () => {
    const agent = createUserAgent(identity.issuer);
    await signIn(identity, portal, aygul, { agent });
    const stepUp = await begin(identity, portal, { agent, ...level2 });
    expect(stepUp.page.text).not.toContain('name="password"');
    const asked = await agent.submit(stepUp.page, { action: "send", factor: "sms" });
    const page = await agent.submit(asked, { code: await smsCode(identity, aygul.mobile) });
    const claims = decodeJwt((await redeem(portal, { ...stepUp, page })).access_token);
    expect(claims).toMatchObject({ acr: "urn:huimin:loa:2", amr: ["pwd", "sms", "mfa"] });
  });

  it("that the account cannot reach is explained, and the client hears unmet_authentication_requirements", async () => {
    const attempt = await signIn(identity, portal, aygul, level3);
    expect(attempt.page.text).toContain("Visit a service centre with your ID card");
    const end = await attempt.agent.submit(attempt.page, { action: "unmet" });
    expect(end.leavesTo?.searchParams.get("error")).toBe("unmet_authentication_requirements");
  });

  it("of 3 is out of reach of codes even for an account proofed in person", async () => {
    const officer = "8c1d3a52-0f0e-4a8e-9a4e-2f8d5c6b7a01";
    await identity.database.transaction((tx) => proofInPerson(tx, aygul.citizenId, officer));
    const attempt = await signIn(identity, portal, aygul, level3);
    expect(attempt.page.text).toContain("Add a passkey");
    expect(await historyOf(identity, aygul)).toEqual(["identity-proofed"]);
  });
});

describe("printed codes", () => {
  it("stand in for the app, each once", async () => {
    const { agent } = await openSecurity(identity, aygul);
    await enrolApp(identity, agent);
    const codes = await printCodes(identity, agent);
    expect(codes).toHaveLength(8);
    for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/);
    const use = async (code: string) => {
      const attempt = await signIn(identity, portal, aygul, english);
      const chosen = await attempt.agent.submit(attempt.page, { action: "choose", factor: "recovery-code" });
      return await attempt.agent.submit(chosen, { code });
    };
    const [code = ""] = codes;
    expect((await use(` ${code.toLowerCase().replaceAll("-", " ")} `)).leavesTo).not.toBeNull();
    expect((await use(code)).status).toBe(422);
    expect(await historyOf(identity, aygul)).toContain("recovery-code-used");
  });

  it("end when new ones are made", async () => {
    const { agent } = await openSecurity(identity, aygul);
    await enrolApp(identity, agent);
    const [old = ""] = await printCodes(identity, agent);
    expect(await printCodes(identity, agent)).not.toContain(old);
    const attempt = await signIn(identity, portal, aygul, english);
    const chosen = await attempt.agent.submit(attempt.page, { action: "choose", factor: "recovery-code" });
    expect((await attempt.agent.submit(chosen, { code: old })).status).toBe(422);
  });
});

describe("a browser in which she has signed in before", () => {
  it("still gets in while strangers try her name from the same address", async () => {
    const { agent } = await signInToAccount(identity, aygul);
    const stranger = await begin(identity, portal, english);
    let last = stranger.page;
    for (let i = 0; i < 8; i += 1) {
      last = await stranger.agent.submit(stranger.page, { login: aygul.residentId, password: `guess number ${i}` });
    }
    expect(last.status).toBe(429);
    const hers = await signIn(identity, portal, aygul, { agent, parameters: { prompt: "login" } });
    expect(hers.page.leavesTo).not.toBeNull();
    await expect.poll(() => historyOf(identity, aygul)).toContain("sign-in-failed");
  });

  it("is told from a new one, of which her mobile hears", async () => {
    const since = identity.messages.length;
    const { agent } = await signInToAccount(identity, aygul);
    await expect.poll(() => identity.messages.slice(since).map(({ mobile }) => mobile)).toEqual([aygul.mobile]);
    await signIn(identity, portal, aygul, { agent, parameters: { prompt: "login" } });
    expect(await historyOf(identity, aygul)).toEqual(["sign-in-new-device", "sign-in"]);
    expect(identity.messages).toHaveLength(since + 1);
  });

  it("is known by a secret that identity gave out, never by one that was planted", async () => {
    const agent = createUserAgent(identity.issuer);
    const planted = "A".repeat(43);
    const first = await begin(identity, portal, { agent });
    const fields = new URLSearchParams({ login: aygul.residentId, password: aygul.password });
    const cookies = [...agent.cookies].map(([key, value]) => `${key.split(" ")[2]}=${value}`).join("; ");
    const answer = await fetch(first.page.url, {
      method: "POST",
      body: fields,
      redirect: "manual",
      headers: { cookie: `${cookies}; huimin_identity_device=${planted}` },
    });
    const given = answer.headers.getSetCookie().find((cookie) => cookie.startsWith("huimin_identity_device="));
    expect(given).toMatch(/; HttpOnly; SameSite=Lax/);
    expect(given).not.toContain(planted);
  });
});

describe("the security pages", () => {
  it("change the password within the policy, and sign out everywhere else", async () => {
    const { agent } = await openSecurity(identity, aygul);
    const other = await openSecurity(identity, aygul);
    const page = await agent.open(`${identity.issuer}/account/security/password?lang=en`);
    for (const [password, reason] of [
      ["short one", "too short"],
      ["passwordpassword", "repeats|first that others try"],
      [`${aygul.mobile} huimin`, "name, ID number or mobile"],
      ["惠民 阿依古丽 阿依古丽 2026 12", "name, ID number or mobile"],
    ]) {
      const again = await agent.submit(page, { password: password ?? "", current: aygul.password });
      expect(again.status, password).toBe(422);
      expect(again.text, password).toMatch(new RegExp(reason ?? ""));
      expect(again.text).not.toContain(`value="${password}"`);
    }
    const password = "four plain words in a row";
    expect((await agent.submit(page, { password, current: aygul.password })).url.search).toBe("?done=changed");
    expect((await agent.open(`${identity.issuer}/account`)).url.pathname).toBe("/account");
    expect((await other.agent.open(`${identity.issuer}/account`)).url.pathname).toMatch(/^\/interaction\//);
    expect((await signIn(identity, portal, { ...aygul, password })).page.leavesTo).not.toBeNull();
  });

  it("ask for the current password beside the new one, and slow down who guesses it", async () => {
    const { agent } = await openSecurity(identity, aygul);
    const page = await agent.open(`${identity.issuer}/account/security/password?lang=en`);
    const password = "four plain words in a row";
    const missing = await agent.submit(page, { password });
    expect([missing.status, missing.text.includes("Enter your current password.")]).toEqual([422, true]);
    const guesses: number[] = [];
    for (let i = 0; i < 8; i += 1) guesses.push((await agent.submit(page, { password, current: `guess ${i}` })).status);
    expect(guesses).toEqual([422, 422, 422, 422, 422, 422, 429, 429]);
    expect((await signIn(identity, portal, { ...aygul, password })).page.leavesTo).toBeNull();
  });

  it("ask for the second factor of a session that began before there was one", async () => {
    const { agent } = await openSecurity(identity, aygul);
    const earlier = await signInToAccount(identity, aygul);
    await enrolApp(identity, agent);
    const page = await earlier.agent.open(`${identity.issuer}/account/security`);
    expect(page.url.pathname).toMatch(/^\/interaction\//);
  });

  it("leave her a way in", async () => {
    const { agent, page } = await openSecurity(identity, aygul);
    const refused = await postForm(agent, page, "/account/security/password/remove", {});
    expect(refused.text).toContain("your only way to sign in");
  });

  it("take another mobile once its code has come back, and tell the old one", async () => {
    const since = identity.messages.length;
    const { agent } = await openSecurity(identity, aygul);
    const page = await agent.open(`${identity.issuer}/account/security/mobile`);
    const asked = await agent.submit(page, { mobile: "199 0000 0077" });
    const code = await smsCode(identity, "19900000077", since);
    const wrong = await agent.submit(asked, { code: code === "111111" ? "222222" : "111111" });
    expect(wrong.status).toBe(422);
    expect((await agent.submit(wrong, { code })).url.search).toBe("?done=changed");
    const told = () => identity.messages.slice(since).filter(({ text }) => text.includes("修改了一种登录方式"));
    await expect.poll(() => told().map(({ mobile }) => mobile)).toEqual([aygul.mobile]);
  });

  it("give a number to one of two accounts that claim it at once, and tell the other so", async () => {
    const neighbour = await settleCitizen(identity);
    const mobile = "19900000078";
    const claims = [];
    for (const citizen of [aygul, neighbour]) {
      const { agent } = await openSecurity(identity, citizen);
      const since = identity.messages.length;
      const asked = await agent.submit(await agent.open(`${identity.issuer}/account/security/mobile`), { mobile });
      claims.push({ agent, asked, code: await smsCode(identity, mobile, since) });
    }
    const ends = await Promise.all(claims.map(({ agent, asked, code }) => agent.submit(asked, { code })));
    expect(ends.map(({ status }) => status).sort()).toEqual([200, 422]);
  });
});
