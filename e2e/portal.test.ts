import pg from "pg";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { languageInfo, languages } from "../platform/i18n.ts";
import { launchBrowser } from "../platform/test/browser.ts";
import { type DemoName, demoCitizen, signInAsHerself } from "./support/sign-in.ts";

const city = inject("city");
const phone = { viewport: { width: 375, height: 760 }, locale: "en" } satisfies BrowserContextOptions;

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
afterEach(() => page.context().close());

async function openPortal(options: BrowserContextOptions): Promise<void> {
  page = await (await browser.newContext(options)).newPage();
  await page.goto(city.portal);
}

async function signIn(name: DemoName): Promise<void> {
  await page.click("a[href='/sign-in']");
  await signInAsHerself(page, demoCitizen(name).residentId);
  await page.waitForURL(`${city.portal}/`);
}

/** The words of one department's card. */
async function card(department: string): Promise<string | null> {
  return await page.locator(`article.${department}`).textContent();
}

describe.each([
  ["with JavaScript", true],
  ["without JavaScript", false],
])("a citizen's visit to the portal, %s", (_how, javaScriptEnabled) => {
  it("signs her in once, shows her own page in her language, and signs her out everywhere", async () => {
    await openPortal({ ...phone, javaScriptEnabled });
    await signIn("ayguzel");
    expect(await page.locator("html").getAttribute("lang")).toBe("ug");
    expect(await page.locator("html").getAttribute("dir")).toBe("rtl");
    expect(await page.locator("h1").textContent()).toContain(demoCitizen("ayguzel").name.text);
    expect(await page.locator(".unavailable").count()).toBe(0);
    expect(await page.locator("article").count()).toBe(5);

    await page.click("nav a[hreflang=en]");
    await expect.poll(() => page.locator("html").getAttribute("lang")).toBe("en");
    expect(await card("health")).toMatch(/Last visit/);
    expect(await card("pension")).toMatch(/Last payment\s*¥[\d,]+\.\d\d/);
    expect(await card("employment")).toMatch(/Retired\s*The pension is shown/);
    expect(await card("utilities")).toMatch(/To pay in all\s*¥[\d,]+\.\d\d/);
    expect(await card("suppliers")).toMatch(/Drinking water.*¥[\d,]+\.\d\d.*Car charging.*¥[\d,]+\.\d\d/s);

    await page.click("form[action='/sign-out'] button");
    await page.waitForURL(`${city.portal}/?state=signed-out`);
    expect(await page.locator("[role=status]").textContent()).toMatch(/signed out of all services/);
    await page.goto(city.portal);
    expect(await page.locator("article").count()).toBe(0);
    await page.click("a[href='/sign-in']");
    await page.locator("input[name=password]").waitFor();
    expect(page.url().startsWith(city.identity)).toBe(true);
  });
});

describe("the portal in a real browser", () => {
  it("never lets a token reach the page or a cookie", async () => {
    await openPortal(phone);
    await signIn("xiaohe");
    const cookies = await page.context().cookies(city.portal);
    const session = cookies.find(({ name }) => name === "huimin_portal_session");
    expect(session).toMatchObject({ httpOnly: true, sameSite: "Lax" });
    expect(session?.value).toMatch(/^[\w-]{43}$/);
    expect(await page.content()).not.toMatch(/eyJ/);
    expect(await page.evaluate(() => document.cookie)).not.toMatch(/huimin_portal/);
    expect(page.url()).not.toMatch(/code=|token/);
  });

  it("says kindly that the citizen turned back at the sign-in", async () => {
    await openPortal(phone);
    await page.click("a[href='/sign-in']");
    const back = page.waitForResponse((response) => response.url().startsWith(`${city.portal}/callback`));
    await page.getByText("Cancel").click();
    expect((await back).status()).toBe(403);
    await page.waitForLoadState();
    expect(await page.locator("h1").textContent()).toBe("Sign-in cancelled");
  });

  it.each(languages)(
    "fits a narrow phone in %s, with its own fonts and nothing against its policy",
    async (language) => {
      const complaints: string[] = [];
      await openPortal({ ...phone, viewport: { width: 320, height: 640 } });
      page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
      page.on("request", (request) => {
        if (!request.url().startsWith("http://localhost:")) complaints.push(request.url());
      });
      await signIn("nurlan");
      await page.goto(`${city.portal}/?lang=${language}`, { waitUntil: "networkidle" });
      expect(await page.locator("html").getAttribute("dir")).toBe(languageInfo[language].dir);
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(beyond).toBeLessThanOrEqual(0);
      const loaded = await page.evaluate(async () =>
        [...(await document.fonts.ready)].filter((font) => font.status === "loaded").map((font) => font.family),
      );
      expect(loaded.join()).toContain(language === "ug" ? "Noto Sans Arabic" : "Noto Sans SC");
      expect(complaints).toEqual([]);
    },
  );

  it("shows the rest of the page while a department and a company do not answer", async () => {
    await openPortal(phone);
    await signIn("nurlan");
    await page.goto(`${city.portal}/?lang=en`);
    const database = new pg.Client(city.databaseUrl);
    await database.connect();
    try {
      await database.query("BEGIN");
      // Every read of bills waits behind this lock until the gateway loses patience.
      await database.query("LOCK TABLE utilities.bill, water.bill IN ACCESS EXCLUSIVE MODE");
      await page.goto(city.portal);
      expect(await card("utilities")).toContain("cannot be reached right now");
      expect(await card("employment")).toContain("Monthly unemployment benefit");
      expect(await card("suppliers")).toMatch(/Drinking water.*cannot be reached right now.*Car charging.*¥/s);
      expect(await page.locator(".unavailable").count()).toBe(2);
    } finally {
      await database.end();
    }
    await page.goto(city.portal);
    expect(await card("utilities")).toContain("To pay in all");
  });
});
