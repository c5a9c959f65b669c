/** A browser that goes through identity's pages in one language, and holds each of them to what all of them promise. */
import type { Browser, Page, Request, Response } from "playwright-core";
import { expect } from "vitest";
import { type Language, languageInfo, loadTexts } from "../../platform/i18n.ts";
import { addVirtualAuthenticator } from "../../platform/test/browser.ts";
import { type IdentityPage, type IdentityPageName, identityPages } from "./identity-pages.ts";

const texts = loadTexts(new URL("../../identity/locales/", import.meta.url));

export interface Visit {
  readonly page: Page;
  /** The pages seen so far. */
  readonly seen: ReadonlySet<IdentityPageName>;
  /** Opens an address of identity. */
  open(path: string): Promise<void>;
  /** Waits until this page is there, and holds it to its promises. */
  see(name: IdentityPageName): Promise<void>;
  /** Presses something that leads on, and waits for where it leads. */
  press(selector: string): Promise<void>;
  /** Fills fields by their names, then presses the button of their form. */
  send(fields: Readonly<Record<string, string>>): Promise<void>;
  close(): Promise<void>;
}

export interface VisitOptions {
  readonly identity: string;
  /** Other origins to which she may be led: those of clients. */
  readonly clients: readonly string[];
  readonly language: Language;
  readonly scripts: boolean;
}

/** A phone with a platform authenticator that says yes, in the hands of somebody who reads `language`. */
export async function startVisit(browser: Browser, options: VisitOptions): Promise<Visit> {
  const { identity, clients, language, scripts } = options;
  const context = await browser.newContext({
    locale: language,
    javaScriptEnabled: scripts,
    viewport: { width: 375, height: 760 },
  });
  const page = await context.newPage();
  if (scripts) await addAuthenticator(page);
  const complaints = listen(page, [identity, ...clients]);
  const seen = new Set<IdentityPageName>();
  let last: Response | null = null;
  page.on("response", (response) => {
    if (isDocument(response.request(), page)) last = response;
  });
  const settled = async (act: () => Promise<unknown>) => {
    await Promise.all([page.waitForEvent("load"), act()]);
  };
  const press = (selector: string) => settled(() => page.click(selector));
  return {
    page,
    seen,
    press,
    open: async (path) => void (await page.goto(`${identity}${path}`)),
    send: async (fields) => {
      for (const [name, value] of Object.entries(fields)) await page.fill(`main [name="${name}"]`, value);
      const [first = ""] = Object.keys(fields);
      await press(`main form:has([name="${first}"]) button[type=submit]`);
    },
    see: async (name) => {
      const row: IdentityPage = identityPages[name];
      const t = texts(language);
      await expect.poll(() => page.title(), { message: name }).toBe(`${t(row.title)} · ${t("brand")}`);
      expect(new URL(page.url()).pathname, name).toMatch(row.path);
      expect(last?.status(), name).toBe(row.status ?? 200);
      const html = page.locator("html");
      expect(await html.getAttribute("lang"), name).toBe(language);
      expect(await html.getAttribute("dir"), name).toBe(languageInfo[language].dir);
      expect(await page.locator("h1").count(), name).toBe(1);
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(beyond, `${name} is wider than a phone`).toBeLessThanOrEqual(0);
      // Chromium reports a page with the status of a refusal as an error of its own.
      const isOurs = (text: string) => row.status !== undefined && text.includes(`a status of ${row.status}`);
      expect(
        complaints.splice(0).filter((text) => !isOurs(text)),
        name,
      ).toEqual([]);
      seen.add(name);
    },
    close: () => context.close(),
  };
}

/** Collects whatever a page's policy stopped, a script threw, or was asked of a stranger. */
function listen(page: Page, origins: readonly string[]): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== "data:" && !origins.includes(origin)) complaints.push(`asked ${origin}`);
  });
  return complaints;
}

function isDocument(request: Request, page: Page): boolean {
  return request.isNavigationRequest() && request.frame() === page.mainFrame();
}

/** Chromium's virtual authenticator: a platform's own, which knows its owner. */
async function addAuthenticator(page: Page): Promise<void> {
  await addVirtualAuthenticator(page);
  // It answers at once, so it would pick a passkey from the login field before anybody had chosen to.
  await page.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = async () => false;
  });
}
