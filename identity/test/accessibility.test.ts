import type { BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Language, languages } from "../../platform/i18n.ts";
import { type Browser, launchBrowser } from "../../platform/test/browser.ts";
import { signInToAccount } from "./support/account.ts";
import { axeViolations } from "./support/axe.ts";
import { aygul } from "./support/citizens.ts";
import { begin, portalClient, registerBank, type TestClient } from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { type ShownPage, shownPages, signInAs } from "./support/shown-pages.ts";

let identity: TestIdentity;
let bank: TestClient;
let browser: Browser;

beforeAll(async () => {
  identity = await startTestIdentity();
  bank = await registerBank(identity);
  const { agent } = await signInToAccount(identity, aygul);
  await agent.submit((await begin(identity, bank, { agent })).page, { action: "allow" });
  await begin(identity, await portalClient(identity), { agent });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await identity.close();
});

/** Each look is checked in one language, and so is each language: rules see markup and colours, not words. */
const looks: Readonly<Record<Language, { readonly colorScheme: "light" | "dark"; readonly width: number }>> = {
  "zh-CN": { colorScheme: "light", width: 1280 },
  ug: { colorScheme: "dark", width: 320 },
  kk: { colorScheme: "light", width: 320 },
  en: { colorScheme: "dark", width: 1280 },
};

async function open(shown: ShownPage, context: BrowserContext, language: Language): Promise<Page> {
  const page = await context.newPage();
  const viewer = { identity, bank, page, language };
  if (shown.as === "aygul" && (await context.cookies()).every(({ name }) => name !== "huimin_identity_session")) {
    await signInAs(viewer);
  }
  await shown.open(viewer);
  return page;
}

/** Browsers for a group of tests: one in which she is signed in, once for all of them, and a new one for nobody. */
function browsersFor(options: BrowserContextOptions = {}) {
  let known: BrowserContext;
  beforeAll(async () => {
    known = await browser.newContext(options);
  });
  afterAll(() => known.close());
  return {
    of: async ({ as }: ShownPage) => (as ? known : await browser.newContext(options)),
    leave: async (page: Page) => {
      await page.close();
      if (page.context() !== known) await page.context().close();
    },
  };
}

describe.each(languages)("in %s", (language) => {
  const browsers = browsersFor();

  it.each(shownPages)("$name: breaks no rule of WCAG 2.2 AA and fits the smallest phone", async (shown) => {
    const page = await open(shown, await browsers.of(shown), language);
    expect(await page.getAttribute("html", "lang")).toBe(language);
    const { colorScheme, width } = looks[language];
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height: 800 });
    expect(await axeViolations(page)).toEqual([]);
    // Words differ in length: none may make the page wider than the smallest phone (WCAG 2.2, 1.4.10).
    await page.setViewportSize({ width: 320, height: 800 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    await browsers.leave(page);
  });
});

describe("the check itself", () => {
  it("finds a field without a label, words that cannot be read and a page that is too wide", async () => {
    const context = await browser.newContext({ viewport: { width: 320, height: 800 } });
    const page = await context.newPage();
    await page.goto(`${identity.issuer}/account?lang=en`);
    expect(await axeViolations(page)).toEqual([]);
    await page.evaluate(() => {
      document.querySelector("label")?.remove();
      const words = document.querySelector<HTMLElement>(".lead");
      if (words) words.style.color = "#ddd";
      const card = document.querySelector<HTMLElement>(".card");
      if (card) card.style.minWidth = "500px";
    });
    const found = await axeViolations(page);
    expect(found.some((violation) => violation.startsWith("label:"))).toBe(true);
    expect(found.some((violation) => violation.startsWith("color-contrast:"))).toBe(true);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeGreaterThan(0);
    await context.close();
  });
});

/** What the Tab key should come to, in the order of the page. */
const controls = "a[href], button, input:not([type=hidden]), select";

describe("with the keyboard alone", () => {
  const browsers = browsersFor({ viewport: { width: 360, height: 800 } });

  it.each(shownPages)("$name: every control is reached in order, and shows that it is", async (shown) => {
    const page = await open(shown, await browsers.of(shown), "ug");
    await page.evaluate((selector) => {
      const seen = [...document.querySelectorAll<HTMLElement>(selector)].filter((control) => control.checkVisibility());
      for (const [i, control] of seen.entries()) control.dataset.order = String(i);
    }, controls);
    const count = await page.locator("[data-order]").count();
    await page.focus(".skip");
    for (let i = 1; i < count; i += 1) {
      await page.keyboard.press("Tab");
      const focus = await page.evaluate(() => {
        const control = document.activeElement as HTMLElement;
        return { order: control.dataset.order, outline: getComputedStyle(control).outlineStyle };
      });
      expect(focus).toEqual({ order: String(i), outline: "solid" });
    }
    await browsers.leave(page);
  });
});

describe("without scripts", () => {
  const browsers = browsersFor({ javaScriptEnabled: false });

  it.each(shownPages)("$name: the page is whole", async (shown) => {
    const page = await open(shown, await browsers.of(shown), "en");
    expect(await page.locator("main h1").count()).toBe(1);
    if (shown.as) expect(await page.locator("input[type=password]").count()).toBe(0);
    await browsers.leave(page);
  });
});
