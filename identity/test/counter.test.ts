/** A citizen who has lost everything, and an officer at the counter of an office. */
import * as oidc from "openid-client";
import type { Page as BrowserPage } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Browser, launchBrowser } from "../../platform/test/browser.ts";
import { governmentSector } from "../../trust/pseudonym.ts";
import { signInToAccount } from "./support/account.ts";
import { type TestCitizen, wei } from "./support/citizens.ts";
import { proofs, registerFapi2, type TestClient } from "./support/client.ts";
import { enrolApp, historyOf, openSecurity, settleCitizen } from "./support/factors.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { enrolStaff, inviteStaff, openPageWithPasskeys, signInStaff } from "./support/staff.ts";
import { createUserAgent, type Page } from "./support/user-agent.ts";

let identity: TestIdentity;
let browser: Browser;
let desk: TestClient;
let officer: string;
let officerId: string;
beforeAll(async () => {
  identity = await startTestIdentity();
  desk = await registerFapi2(identity, "service-desk", { audience: "staff", sector: governmentSector });
  browser = await launchBrowser();
  const one = await employ("counter-officer");
  officer = await tokenOf(one.page);
  officerId = one.staffId;
});
afterAll(async () => {
  await browser.close();
  await identity.close();
});

let her: TestCitizen;
beforeEach(async () => {
  her = await settleCitizen(identity);
});

async function employ(role: string) {
  const { staffId, code } = await inviteStaff(identity, role);
  const page = await openPageWithPasskeys(browser);
  await enrolStaff(identity, page, code);
  return { staffId, page };
}

async function tokenOf(page: BrowserPage): Promise<string> {
  const request = { scope: "openid identity:admin", resource: `${identity.issuer}/admin` };
  return (await signInStaff(identity, desk, page, request)).access_token;
}

interface Answer {
  readonly status: number;
  readonly body: { readonly code?: string; readonly page?: string; readonly error?: string };
}

async function openRecovery(body: object, token = officer): Promise<Answer> {
  const url = new URL(`${identity.issuer}/admin/v1/counter/recoveries`);
  const headers = new Headers({ "content-type": "application/json" });
  const response = await oidc
    .fetchProtectedResource(desk.configuration, token, url, "POST", JSON.stringify(body), headers, proofs(desk))
    .catch((error: unknown) => {
      if (error instanceof oidc.WWWAuthenticateChallengeError) return error.response;
      throw error;
    });
  return { status: response.status, body: (await response.json()) as Answer["body"] };
}

const everything = ["passkeys", "totp", "mobile", "recovery-codes"];
const password = "seven herons over water";

/** She goes on with her code, in a browser of her own. */
async function goOn(code: string, fields: Readonly<Record<string, string>> = {}): Promise<Page> {
  const agent = createUserAgent(identity.issuer, { "accept-language": "en" });
  const page = await agent.open(`${identity.issuer}/recovery/counter`);
  return await agent.submit(page, { login: her.residentId, code, password, ...fields });
}

async function codeFor(lost: readonly string[] = everything): Promise<string> {
  const { status, body } = await openRecovery({ residentId: her.residentId, lost });
  expect(status).toBe(201);
  return body.code ?? "";
}

describe("an officer at the counter", () => {
  it("takes away what she has lost and gives her a code, with which she chooses a password", async () => {
    const { agent: hers } = await openSecurity(identity, her);
    await enrolApp(identity, hers);
    const since = identity.messages.length;
    const code = await codeFor();
    expect((await hers.open(`${identity.issuer}/account`)).text).toContain('name="login"');
    const [left] = await identity.database.query(
      "SELECT password_hash, mobile, sms_factor, proofing, proofed_by FROM account WHERE citizen_id = $1",
      [her.citizenId],
    );
    expect(left).toEqual({
      password_hash: null,
      mobile: null,
      sms_factor: false,
      proofing: "in_person",
      proofed_by: officerId,
    });
    const done = await goOn(code);
    expect(done.text).toContain("Your new password is set");
    const { page } = await signInToAccount(identity, { ...her, password }, "/account/security?lang=en");
    expect(page.url.pathname).toBe("/account/security");
    await expect.poll(() => identity.messages.slice(since).map(({ mobile }) => mobile)).toContain(her.mobile);
  });

  it("leaves nothing of an account that was never proofed, and whoever opened it hears nothing", async () => {
    const { agent } = await openSecurity(identity, her);
    await enrolApp(identity, agent);
    await identity.database.query("UPDATE account SET proofing = 'none' WHERE citizen_id = $1", [her.citizenId]);
    const since = identity.messages.length;
    const code = await codeFor([]);
    const [left] = await identity.database.query(
      `SELECT password_hash, mobile, proofing, (SELECT count(*)::int FROM totp WHERE citizen_id = $1) AS apps
       FROM account WHERE citizen_id = $1`,
      [her.citizenId],
    );
    expect(left).toEqual({ password_hash: null, mobile: null, proofing: "in_person", apps: 0 });
    expect((await goOn(code)).text).toContain("Your new password is set");
    expect(identity.messages.slice(since)).toEqual([]);
  });

  it("is seen in her history, told of to receivers, and recorded without her name", async () => {
    const { agent } = await openSecurity(identity, her);
    await enrolApp(identity, agent);
    await identity.database.query("DELETE FROM security_event");
    await codeFor();
    expect((await historyOf(identity, her)).slice(-5)).toEqual([
      "identity-proofed",
      "totp-removed",
      "mobile-removed",
      "password-changed",
      "recovered-at-counter",
    ]);
    const events = await identity.database.query<{ kind: string; payload: Record<string, unknown> }>(
      "SELECT kind, payload FROM security_event WHERE account_id = $1 ORDER BY position",
      [her.citizenId],
    );
    const gone = events.filter(({ kind }) => kind === "credential-change").map(({ payload }) => payload);
    expect(gone).toEqual(["totp", "mobile", "password"].map((credential) => ({ credential, change: "revoke" })));
    expect(events.map(({ kind }) => kind)).toContain("session-revoked");
    const [change] = await identity.database.query("SELECT * FROM admin_change ORDER BY change_id DESC LIMIT 1");
    expect(change).toMatchObject({ actor: `${officerId} through service-desk`, action: "open-recovery" });
    expect(JSON.stringify(change)).not.toContain(her.citizenId);
    expect(identity.logged()).not.toContain(her.residentId);
  });

  it("leaves the account shut to the old password, and to herself without the code", async () => {
    await codeFor(["totp"]);
    expect((await signInToAccount(identity, her, "/account?lang=en")).page.status).toBe(422);
    expect((await goOn("AAAA-AAAA-AAAA-AAAA-AAAA-AAAA")).text).toContain("does not belong to this ID number");
  });

  it("must have the role for it", async () => {
    const { page } = await employ("caseworker");
    const answer = await openRecovery({ residentId: her.residentId, lost: everything }, await tokenOf(page));
    expect(answer).toEqual({ status: 403, body: { error: "access_denied" } });
    expect((await signInToAccount(identity, her)).page.url.pathname).toBe("/account");
  });

  it("is told what is wrong with a request, and that somebody has no account", async () => {
    expect((await openRecovery({ residentId: "1", lost: ["dog"] })).status).toBe(400);
    const stranger = await openRecovery({ residentId: "000000199001010019", lost: [] });
    expect([400, 404]).toContain(stranger.status);
  });
});

describe("the code from the counter", () => {
  it("works once, of many at once too", async () => {
    const code = await codeFor();
    const pages = await Promise.all(Array.from({ length: 4 }, () => goOn(code)));
    expect(pages.filter(({ text }) => text.includes("Your new password is set"))).toHaveLength(1);
    expect((await goOn(code)).status).toBe(422);
  });

  it("is of no use to somebody else, after a quarter of an hour, or once another was made", async () => {
    const first = await codeFor();
    expect((await goOn(first, { login: wei.residentId })).status).toBe(422);
    const second = await codeFor();
    expect((await goOn(first)).status).toBe(422);
    await identity.database.query("UPDATE recovery_request SET expires_at = now() WHERE ended_at IS NULL");
    expect((await goOn(second)).status).toBe(422);
  });

  it("is not used up by a password that will not do", async () => {
    const code = await codeFor();
    const refused = await goOn(code, { password: "short" });
    expect([refused.status, refused.text.includes(code)]).toEqual([422, true]);
    expect((await goOn(code.toLowerCase().replaceAll("-", " "))).text).toContain("Your new password is set");
  });

  it("can be stopped by the message to the mobile that she had", async () => {
    const since = identity.messages.length;
    const code = await codeFor();
    const link = () =>
      identity.messages
        .slice(since)
        .flatMap(({ text }) => /\/recovery\/stop\?token=[\w-]+/.exec(text)?.[0] ?? [])
        .at(0);
    await expect.poll(link).toBeDefined();
    const agent = createUserAgent(identity.issuer);
    const token = new URL(`${identity.issuer}${link()}`).searchParams.get("token") ?? "";
    await agent.open(`${identity.issuer}/recovery/stop`, { method: "POST", body: new URLSearchParams({ token }) });
    expect((await goOn(code)).status).toBe(422);
  });

  it("is not guessed", async () => {
    await codeFor();
    const statuses: number[] = [];
    for (let i = 0; i < 7; i += 1) statuses.push((await goOn(`AAAA${i}`)).status);
    expect(statuses.slice(0, 5)).toEqual([422, 422, 422, 422, 422]);
    expect(statuses).toContain(429);
  });
});
