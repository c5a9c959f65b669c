import { decodeJwt } from "jose";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Browser, launchBrowser } from "../../platform/test/browser.ts";
import { governmentSector, sectorPseudonyms } from "../../trust/pseudonym.ts";
import { staffOfCode, useCode } from "../staff/accounts.ts";
import { runStaffCommand } from "../staff/command.ts";
import { aygul } from "./support/citizens.ts";
import {
  depart,
  portalClient,
  refresh,
  refusalOf,
  registerFapi2,
  registerPublic,
  signIn,
  type TestClient,
} from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { enrolStaff, inviteStaff, openPageWithPasskeys, signInStaff } from "./support/staff.ts";
import { createUserAgent } from "./support/user-agent.ts";

let identity: TestIdentity;
let browser: Browser;
let caseload: TestClient;

beforeAll(async () => {
  identity = await startTestIdentity();
  caseload = await registerFapi2(identity, "caseload", { audience: "staff", sector: governmentSector });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await identity.close();
});

const command = (...words: string[]) => runStaffCommand(words, identity.database, identity.issuer);

const invite = () => inviteStaff(identity);
const openBrowser = () => openPageWithPasskeys(browser);
const enrol = (page: Page, code: string) => enrolStaff(identity, page, code);
const signInAsStaff = (page: Page) => signInStaff(identity, caseload, page);

describe("a caseworker", () => {
  it("registers a passkey with a code that works once, and signs in with it at level 3", async () => {
    const { staffId, code } = await invite();
    const page = await openBrowser();
    await enrol(page, code);
    const tokens = await signInAsStaff(page);
    const sub = sectorPseudonyms(identity.config.pseudonymKey, governmentSector).seal(staffId);
    const said = { sub, department: "health", role: "caseworker" };
    expect(tokens.claims()).toMatchObject(said);
    expect(decodeJwt(tokens.access_token)).toMatchObject({ ...said, acr: "urn:huimin:loa:3" });
    const announced = "SELECT FROM security_event WHERE kind = 'session-established' AND account_id = $1";
    expect(await identity.database.query(announced, [staffId])).toHaveLength(1);

    await page.goto(`${identity.issuer}/staff/enrol`);
    await page.fill("input[name=code]", code);
    await page.click("main button[type=submit]");
    await expect.poll(() => page.textContent("[role=alert] h2")).toBe("The code does not work");
    await page.context().close();
  });

  it("has no password to type, and no account pages of a citizen", async () => {
    const { code } = await invite();
    const page = await openBrowser();
    await enrol(page, code);
    const { url } = await depart(identity, caseload);
    await page.goto(url.href);
    expect(new URL(page.url()).pathname).toMatch(/^\/staff\/interaction\//);
    expect(await page.locator("input[type=password]").count()).toBe(0);
    await page.click("form[data-passkey] button");
    await page.waitForURL(`${caseload.redirectUri}?**`);
    await page.goto(`${identity.issuer}/account`);
    // What a citizen signs in with is asked for there; the browser offers the caseworker's passkey in vain.
    await expect.poll(() => new URL(page.url()).pathname, { timeout: 10_000 }).toMatch(/^\/interaction\//);
    await page.context().close();
  });

  it("is somebody else than the citizen whom she may be too: neither session opens the other's clients", async () => {
    const portal = await portalClient(identity);
    const { agent } = await signIn(identity, portal, aygul);
    const { url } = await depart(identity, caseload);
    const asked = await agent.open(url);
    expect(asked.leavesTo).toBeNull();
    expect(asked.url.pathname).toMatch(/^\/staff\/interaction\//);
    const silent = await depart(identity, caseload, { prompt: "none" });
    expect((await agent.open(silent.url)).leavesTo?.searchParams.get("error")).toBe("login_required");

    const { code } = await invite();
    const page = await openBrowser();
    await enrol(page, code);
    await signInAsStaff(page);
    await page.goto((await depart(identity, portal, { prompt: "none" })).url.href);
    expect(new URL(page.url()).searchParams.get("error")).toBe("login_required");
    await page.context().close();
  });

  it("is not signed in by anything but a passkey", async () => {
    const { agent } = await signIn(identity, await portalClient(identity), aygul);
    const asked = await agent.open((await depart(identity, caseload)).url);
    const refused = await agent.submit(asked, { action: "passkey", credential: "{}" });
    expect(refused.status).toBe(422);
    const { pathname } = asked.url;
    const body = new URLSearchParams({ login: aygul.residentId, password: aygul.password });
    expect((await agent.open(`${identity.issuer}${pathname}`, { method: "POST", body })).leavesTo).toBeNull();
  });

  it("whose account is closed gets no more tokens, and cannot sign in", async () => {
    const { staffId, code } = await invite();
    const page = await openBrowser();
    await enrol(page, code);
    const { refresh_token: refreshToken = "" } = await signInAsStaff(page);
    await command("disable", staffId);
    expect(await refusalOf(refresh(caseload, refreshToken))).toEqual({
      status: 400,
      error: "invalid_grant",
    });
    const { url } = await depart(identity, caseload);
    await page.goto(url.href);
    await page.click("form[data-passkey] button");
    await expect.poll(() => page.textContent("[role=alert] h2")).toBe("You are not signed in");
    await page.context().close();
  });
});

describe("a client for caseworkers", () => {
  it("has the profile that is told of level 3; any other is refused", async () => {
    const leaky = await registerPublic(identity, "leaky", { audience: "staff" });
    await expect(depart(identity, leaky)).rejects.toMatchObject({ error: "invalid_client_metadata" });
    await expect(depart(identity, caseload)).resolves.toBeTruthy();
  });
});

describe("an enrolment code", () => {
  it("is good for one of ten at the same time", async () => {
    const { code } = await invite();
    const uses = await Promise.all(Array.from({ length: 10 }, () => useCode(identity.database, code)));
    expect(uses.filter(Boolean)).toHaveLength(1);
  });

  it("ends after a day, and when another one is made", async () => {
    const { staffId, code } = await invite();
    await command("invite", staffId);
    expect(await staffOfCode(identity.database, code)).toBeUndefined();
    const { code: late } = await invite();
    await identity.database.query("UPDATE staff_enrolment SET expires_at = now() WHERE used_at IS NULL");
    expect(await staffOfCode(identity.database, late)).toBeUndefined();
  });
});

describe("guessing", () => {
  const errorOf = (text: string) => /role="alert"[\s\S]*?<\/div>/.exec(text)?.[0] ?? "";

  it("slows down for a passkey that an address tries, and another caseworker at that address gets in all the same", async () => {
    const stranger = createUserAgent(identity.issuer, { "accept-language": "en" });
    const page = await stranger.open((await depart(identity, caseload)).url);
    const statuses: number[] = [];
    let last = "";
    let wait: string | null = null;
    for (let n = 0; n < 7; n += 1) {
      const { status, text, headers } = await stranger.submit(page, {
        action: "passkey",
        credential: assertionOf("c3RyYW5nZXI"),
      });
      statuses.push(status);
      last = errorOf(text);
      wait = headers.get("retry-after");
    }
    expect(statuses).toEqual([...Array.from({ length: 6 }, () => 422), 429]);
    expect(last).toContain("Too many tries");
    expect(Number(wait)).toBeGreaterThan(0);

    const { code } = await invite();
    const hers = await openBrowser();
    await enrol(hers, code);
    expect((await signInAsStaff(hers)).access_token).toBeTruthy();
    await hers.context().close();
  });

  it("slows down for an address that tries enrolment codes; right ones do not count", async () => {
    const { code } = await invite();
    const enrolment = (typed: string) =>
      fetch(`${identity.issuer}/staff/enrol`, { method: "POST", body: new URLSearchParams({ code: typed }) });
    for (let n = 0; n < 25; n += 1) expect((await enrolment(code)).status).toBe(200);
    const statuses: number[] = [];
    for (let n = 0; n < 22; n += 1) statuses.push((await enrolment(`guess ${n}`)).status);
    expect(statuses.slice(0, 20).every((status) => status === 422)).toBe(true);
    expect(statuses.at(-1)).toBe(429);
    const late = await enrolment(code);
    expect([late.status, Number(late.headers.get("retry-after")) > 0]).toEqual([429, true]);
  });
});

/** An answer in the form of one, of a passkey that nobody has. */
function assertionOf(id: string): string {
  const response = { clientDataJSON: "e30", authenticatorData: "AA", signature: "AA" };
  return JSON.stringify({ id, rawId: id, type: "public-key", response });
}
