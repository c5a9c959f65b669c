import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Browser, launchBrowser } from "../../platform/test/browser.ts";
import { aygul } from "./support/citizens.ts";
import { depart, portalClient, registerBank, type TestClient } from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";

let identity: TestIdentity;
let browser: Browser;
let portal: TestClient;
let bank: TestClient;

beforeAll(async () => {
  identity = await startTestIdentity();
  portal = await portalClient(identity);
  bank = await registerBank(identity);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await identity.close();
});

/** Opens a page; `violations` collects whatever its content security policy stopped. */
async function openPage(options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ locale: "en", ...options });
  const page = await context.newPage();
  const violations: string[] = [];
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) violations.push(message.text());
  });
  return { page, violations, close: () => context.close() };
}

async function goTo(page: Page, client: TestClient, parameters: Record<string, string> = {}): Promise<void> {
  await page.goto((await depart(identity, client, parameters)).url.href);
}

async function fillIn(page: Page): Promise<void> {
  await page.fill("input[name=login]", aygul.residentId);
  await page.fill("input[name=password]", aygul.password);
  await page.click("button[type=submit]");
}

describe.each([
  ["with scripts", true],
  ["without scripts", false],
])("in Chromium %s", (_how, javaScriptEnabled) => {
  it("a citizen signs in, allows a client, and is sent on to it through every redirect", async () => {
    const { page, violations, close } = await openPage({ javaScriptEnabled });
    await identity.database.query("DELETE FROM consent");
    await goTo(page, bank);
    await fillIn(page);
    await page.click("button[value=allow]");
    await page.waitForURL(`${identity.config.portalUrl}/bank?code=*`);
    expect(violations).toEqual([]);
    await close();
  });

  it("a citizen confirms that she signs out and is told so", async () => {
    const { page, violations, close } = await openPage({ javaScriptEnabled });
    await goTo(page, portal);
    await fillIn(page);
    await page.waitForURL(`${identity.config.portalUrl}/callback?code=*`);
    await page.goto(`${identity.issuer}/session/end`);
    await page.click("button[type=submit]");
    await page.waitForURL(`${identity.issuer}/session/end/success`);
    expect(await page.textContent("h1")).toBe("You are signed out");
    expect(violations).toEqual([]);
    await close();
  });
});

describe("in Chromium", () => {
  it("a mistake is announced, in focus, and leads to its field", async () => {
    const { page, close } = await openPage();
    await goTo(page, portal);
    // The browser moves the focus when it draws, which may be a little after the page is loaded.
    const focused = (attribute: string) =>
      expect.poll(() => page.evaluate((name) => document.activeElement?.getAttribute(name), attribute));
    await focused("id").toBe("login");
    await page.fill("input[name=login]", "000000189912310013");
    await page.click("button[type=submit]");
    await expect.poll(() => page.title()).toMatch(/^Please correct: /);
    await focused("role").toBe("alert");
    await page.click("[role=alert] a[href='#password']");
    await focused("id").toBe("password");
    await close();
  });

  it("Uyghur runs from right to left in our own font, Kazakh fits a phone, and nothing comes from elsewhere", async () => {
    const { page, close } = await openPage({ viewport: { width: 360, height: 740 } });
    const hosts = new Set<string>();
    page.on("request", (request) => hosts.add(new URL(request.url()).origin));
    await goTo(page, portal, { ui_locales: "ug" });
    await page.evaluate(() => document.fonts.ready);
    expect(await page.evaluate(() => getComputedStyle(document.body).direction)).toBe("rtl");
    expect(await page.evaluate(() => document.fonts.check("16px 'Noto Sans Arabic Variable'", "ئۇيغۇر"))).toBe(true);
    await page.click("a[hreflang=kk]");
    await expect.poll(() => page.getAttribute("html", "lang")).toBe("kk");
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    expect([...hosts]).toEqual([identity.issuer]);
    await close();
  });
});
