import type { CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addVirtualAuthenticator, type Browser, launchBrowser } from "../../platform/test/browser.ts";
import { proofInPerson } from "../store/proofing.ts";
import type { TestCitizen } from "./support/citizens.ts";
import { settleCitizen, smsCode } from "./support/factors.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";

let identity: TestIdentity;
let browser: Browser;
let her: TestCitizen;

beforeAll(async () => {
  identity = await startTestIdentity();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await identity.close();
});
beforeEach(async () => {
  her = await settleCitizen(identity);
});

interface Device {
  readonly page: Page;
  readonly cdp: CDPSession;
  /** The virtual authenticator in it. */
  readonly authenticatorId: string;
  /** What the content security policy stopped. */
  readonly violations: string[];
  close(): Promise<void>;
}

/** A browser with an authenticator that verifies its user, as a phone does. */
async function openDevice(isUserVerified = true): Promise<Device> {
  const context = await browser.newContext({ locale: "en" });
  const page = await context.newPage();
  page.setDefaultTimeout(5_000);
  const violations: string[] = [];
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) violations.push(message.text());
  });
  const { cdp, authenticatorId } = await addVirtualAuthenticator(page, isUserVerified);
  return { page, cdp, authenticatorId, violations, close: () => context.close() };
}

/** Signs in on the way to the security pages, with a code by SMS. */
async function enterSecurity(page: Page): Promise<void> {
  const since = identity.messages.length;
  await page.goto(`${identity.issuer}/account/security?lang=en`);
  await page.fill("input[name=login]", her.residentId);
  await page.fill("input[name=password]", her.password);
  await page.click("form:has(input[name=password]) button");
  await page.click("button:has-text('Send the code')");
  await page.fill("input[name=code]", await smsCode(identity, her.mobile, since));
  await page.click("button:has-text('Confirm')");
  await page.waitForURL(/\/account\/security/);
}

async function addPasskey(page: Page, name: string): Promise<void> {
  await page.fill("input[name=name]", name);
  await page.click("button:has-text('Add a passkey')");
  await page.waitForURL(/done=added/);
}

function authorizationUrl(more: Record<string, string> = {}): string {
  const request = {
    client_id: "account",
    redirect_uri: `${identity.issuer}/account/return`,
    response_type: "code",
    scope: "openid",
    state: "/account",
    code_challenge: "x".repeat(43),
    code_challenge_method: "S256",
    ui_locales: "en",
    ...more,
  };
  return `${identity.issuer}/auth?${new URLSearchParams(request)}`;
}

/** The level and the methods of the last session of hers. */
async function lastSession(): Promise<unknown> {
  const [row] = await identity.database.query<{ acr: string; amr: string[] }>(
    `SELECT payload ->> 'acr' AS acr, payload -> 'amr' AS amr FROM oidc_artefact
     WHERE model = 'Session' AND payload ->> 'accountId' = $1 ORDER BY (payload ->> 'loginTs')::bigint DESC LIMIT 1`,
    [her.citizenId],
  );
  return row;
}

async function signInWithPasskey(page: Page, more: Record<string, string> = {}): Promise<void> {
  await page.goto(authorizationUrl({ prompt: "login", ...more }));
  // An authenticator that answers by itself may be done with the login field's offer already.
  await page.click("button:has-text('Sign in with a passkey')", { timeout: 2_000 }).catch(() => undefined);
  await page.waitForURL(`${identity.issuer}/account`);
}

describe("a passkey", () => {
  it("is added, signs in without name or password at level 2, and at level 3 once she was proofed in person", async () => {
    const { page, violations, close } = await openDevice();
    await enterSecurity(page);
    await addPasskey(page, "我的手机");
    expect(await page.textContent("#passkey-0")).toBe("我的手机");
    const asksForCurrent = async () => {
      await page.goto(`${identity.issuer}/account/security/password`);
      return await page.isVisible("input[name=current]");
    };
    expect(await asksForCurrent()).toBe(true);
    await signInWithPasskey(page, { acr_values: "urn:huimin:loa:2" });
    expect(await lastSession()).toEqual({ acr: "urn:huimin:loa:2", amr: ["hwk", "user", "mfa"] });
    expect(await asksForCurrent()).toBe(false);
    await identity.database.transaction((tx) =>
      proofInPerson(tx, her.citizenId, "8c1d3a52-0f0e-4a8e-9a4e-2f8d5c6b7a01"),
    );
    await signInWithPasskey(page, { acr_values: "urn:huimin:loa:3" });
    expect(await lastSession()).toEqual({ acr: "urn:huimin:loa:3", amr: ["hwk", "user", "mfa"] });
    expect(violations).toEqual([]);
    await close();
  });

  it("may be the only way in, and then cannot be removed", async () => {
    const { page, close } = await openDevice();
    await enterSecurity(page);
    await addPasskey(page, "");
    await page.click("button:has-text('use passkeys alone')");
    await page.waitForURL(/done=removed/);
    expect(await page.textContent("section[aria-labelledby=password]")).toContain("sign in with passkeys alone");
    await page.click("form[action$='passkeys/remove'] button");
    await expect.poll(() => page.textContent("[role=alert]")).toContain("your only way to sign in");
    await signInWithPasskey(page);
    await close();
  });

  it("whose user was not verified is refused", async () => {
    const { page, cdp, authenticatorId, close } = await openDevice();
    await enterSecurity(page);
    await addPasskey(page, "phone");
    await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
    await page.goto(authorizationUrl({ prompt: "login" }));
    await page.click("button:has-text('Sign in with a passkey')");
    await page.waitForSelector("[data-fault]:not([hidden])");
    await close();
  });

  it("that was copied is noticed by its counter, and an answer works once", async () => {
    const { page, cdp, authenticatorId, close } = await openDevice();
    await enterSecurity(page);
    await addPasskey(page, "phone");
    await identity.database.query("UPDATE passkey SET counter = 1000 WHERE citizen_id = $1", [her.citizenId]);
    expect((await cdp.send("WebAuthn.getCredentials", { authenticatorId })).credentials).toHaveLength(1);
    await page.goto(authorizationUrl({ prompt: "login" }));
    await page.click("button:has-text('Sign in with a passkey')", { timeout: 2_000 }).catch(() => undefined);
    await expect.poll(() => page.textContent("main")).toContain("This passkey could not be checked");
    await close();
  });

  it("completes the second step after the password", async () => {
    const { page, violations, close } = await openDevice();
    await enterSecurity(page);
    await addPasskey(page, "phone");
    // Without the script the authenticator does not answer the login field's offer before she has typed.
    await page.route("**/passkey.js", (route) => route.abort());
    await page.goto(authorizationUrl({ prompt: "login" }));
    await page.fill("input[name=login]", her.residentId);
    await page.fill("input[name=password]", her.password);
    await page.unroute("**/passkey.js");
    await page.click("form:has(input[name=password]) button");
    await page.waitForSelector("h1:has-text('Second step')");
    await page.click("form[data-passkey] button");
    await page.waitForURL(`${identity.issuer}/account`);
    expect(await lastSession()).toEqual({ acr: "urn:huimin:loa:2", amr: ["pwd", "hwk", "user", "mfa"] });
    expect(violations).toEqual([]);
    await close();
  });

  it("is asked for after the password, and says what it needs where no script runs", async () => {
    const { page, close } = await openDevice();
    await enterSecurity(page);
    await addPasskey(page, "phone");
    const context = await browser.newContext({ locale: "en", javaScriptEnabled: false });
    const plain = await context.newPage();
    plain.setDefaultTimeout(5_000);
    await plain.goto(authorizationUrl({ prompt: "login" }));
    expect(await plain.isVisible("button:has-text('Sign in with a passkey')")).toBe(false);
    await plain.fill("input[name=login]", her.residentId);
    await plain.fill("input[name=password]", her.password);
    await plain.click("form:has(input[name=password]) button");
    await plain.waitForSelector("h1:has-text('Second step')");
    expect(await plain.textContent("main")).toContain("Passkeys need a browser with JavaScript switched on");
    await context.close();
    await close();
  });
});
