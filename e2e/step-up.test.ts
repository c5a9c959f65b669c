import pg from "pg";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { addVirtualAuthenticator, launchBrowser } from "../platform/test/browser.ts";
import { mobileOf } from "./support/people.ts";
import { demoCitizen, fillSignIn, signInAsHerself } from "./support/sign-in.ts";

const city = inject("city");
const { residentId, mobile } = demoCitizen("ayguzel");
const phone = mobileOf(city, { mobile });

let browser: Browser;
let database: pg.Client;
beforeAll(async () => {
  browser = await launchBrowser();
  database = new pg.Client(city.databaseUrl);
  await database.connect();
});
afterAll(async () => {
  // Others sign her in by her password alone.
  await database.query(
    `DELETE FROM identity.passkey p USING identity.citizen c
     WHERE p.citizen_id = c.citizen_id AND c.resident_id = $1`,
    [residentId],
  );
  await database.end();
  await browser.close();
});

/** A phone whose owner has signed in at the portal by her password. */
async function signedIn(): Promise<Page> {
  const context = await browser.newContext({ locale: "en", viewport: { width: 375, height: 760 } });
  const page = await context.newPage();
  await page.goto(`${city.portal}/sign-in`);
  await signInAsHerself(page, residentId);
  await page.waitForURL(`${city.portal}/`);
  await page.goto(`${city.portal}/?lang=en`);
  return page;
}

/** A code to her mobile, on identity's page of the second step. */
async function confirmByCode(page: Page): Promise<void> {
  await page.waitForURL(`${city.identity}/interaction/*`);
  await page.click("button[type=submit]:not(.quiet)");
  await page.fill("input[name=code]", await phone.next(/(?<!\d)\d{6}(?!\d)/));
  await page.click("form:has([name=code]) button[type=submit]");
}

/** The same phone, but in a session that proves more: there she may add a passkey. */
async function addPasskey(page: Page): Promise<void> {
  const cookies = await page.context().cookies();
  await addVirtualAuthenticator(page);
  await page.context().clearCookies();
  await page.goto(`${city.identity}/account/security`);
  await fillSignIn(page, residentId);
  await confirmByCode(page);
  await page.click("form[data-passkey] button");
  await page.locator("#passkey-0").waitFor();
  await page.context().clearCookies();
  await page.context().addCookies(cookies);
}

const demand = (page: Page) => page.locator(".step-up a.button");
const entries = (page: Page) => page.locator(".prescriptions li");

describe("a citizen whose sign-in is too weak for her prescriptions", () => {
  it("is told so, confirms with a code to her mobile, and reads them", async () => {
    const page = await signedIn();
    await page.click("article.health a[href='/prescriptions']");
    expect(await page.locator("main").textContent()).toMatch(/confirm first that it is you/);
    expect(await entries(page).count()).toBe(0);
    await demand(page).click();
    await confirmByCode(page);
    await page.waitForURL(`${city.portal}/prescriptions`);
    expect(await entries(page).count()).toBeGreaterThan(0);
    expect(await demand(page).count()).toBe(0);
    await page.context().close();
  });

  it("confirms with a passkey, once she has one", async () => {
    const page = await signedIn();
    await addPasskey(page);
    await page.goto(`${city.portal}/prescriptions?lang=en`);
    await demand(page).click();
    await page.waitForURL(`${city.identity}/interaction/*`);
    await page.click("form[data-passkey] button");
    await page.waitForURL(`${city.portal}/prescriptions`);
    expect(await entries(page).count()).toBeGreaterThan(0);
    await page.context().close();
  });
});
