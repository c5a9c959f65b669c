import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Language, languageInfo, languages } from "../../platform/i18n.ts";
import { type Browser, launchBrowser } from "../../platform/test/browser.ts";
import { axeViolations } from "./support/axe.ts";
import type { TestCitizen } from "./support/citizens.ts";
import { settleCitizen, smsCode } from "./support/factors.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";

let identity: TestIdentity;
let browser: Browser;

beforeAll(async () => {
  identity = await startTestIdentity();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await identity.close();
});

interface Walk {
  readonly page: Page;
  readonly her: TestCitizen;
  readonly language: Language;
  /** Checks the page that is shown. */
  look(name: string): Promise<void>;
}

async function walk(language: Language, context: BrowserContext): Promise<Walk> {
  const page = await context.newPage();
  page.setDefaultTimeout(8_000);
  const look = async (name: string) => {
    await page.evaluate(() => document.fonts.ready);
    expect(await axeViolations(page), name).toEqual([]);
    expect(await page.getAttribute("html", "lang"), name).toBe(language);
    expect(await page.getAttribute("html", "dir"), name).toBe(languageInfo[language].dir);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, `${name} fits a phone`).toBeLessThanOrEqual(0);
  };
  return { page, her: await settleCitizen(identity), language, look };
}

const submit = (page: Page, form: string) => page.click(`form:has(${form}) button[type=submit]`);

async function seeSecurity({ page, her, language, look }: Walk): Promise<void> {
  const since = identity.messages.length;
  await page.goto(`${identity.issuer}/account/security?lang=${language}`);
  await look("sign-in");
  await page.fill("[name=login]", her.residentId);
  await page.fill("[name=password]", "not her password");
  await submit(page, "[name=password]");
  await look("sign-in-refused");
  await page.fill("[name=password]", her.password);
  await submit(page, "[name=password]");
  await look("second-factor");
  await page.click("button[value=send], form:has([name=action][value=send]) button");
  await page.waitForSelector("[name=code]");
  await submit(page, "[name=code]");
  await look("second-factor-missing");
  await page.fill("[name=code]", await smsCode(identity, her.mobile, since));
  await submit(page, "[name=code]");
  await page.waitForURL(/\/account\/security/);
  await look("security");
  for (const part of ["totp", "password", "mobile"]) {
    await page.goto(`${identity.issuer}/account/security/${part}`);
    await look(part);
    await submit(page, "[name=code], [name=password], [name=mobile]");
    await look(`${part}-fault`);
  }
  await page.goto(`${identity.issuer}/account/security`);
  await page.click("section[aria-labelledby=codes] button");
  await page.waitForSelector(".codes");
  await look("codes");
}

async function seeRegistration({ page, her, language, look }: Walk): Promise<void> {
  const mobile = `198${her.mobile.slice(3)}`;
  await page.goto(`${identity.issuer}/register?lang=${language}`);
  await look("register");
  await submit(page, "[name=name]");
  await look("register-faults");
  await page.fill("[name=name]", her.name);
  await page.fill("[name=residentId]", her.residentId);
  await page.fill("[name=mobile]", mobile);
  await submit(page, "[name=name]");
  await page.waitForURL(/register\/code/);
  await look("register-code");
  await page.fill("[name=code]", await smsCode(identity, mobile));
  await submit(page, "[name=code]");
  await page.waitForURL(/register\/credential/);
  await look("register-credential");
  await page.fill("[name=password]", "short");
  await submit(page, "[name=password]");
  await look("register-credential-fault");
  await page.fill("[name=password]", "a long enough sentence");
  await submit(page, "[name=password]");
  await page.waitForSelector(".steps");
  await look("register-refused");
}

async function seeRecovery({ page, her, language, look }: Walk): Promise<void> {
  const since = identity.messages.length;
  await page.goto(`${identity.issuer}/recovery?lang=${language}`);
  await look("recovery");
  await page.fill("[name=login]", her.residentId);
  await submit(page, "[name=login]");
  await page.waitForURL(/recovery\/code/);
  await look("recovery-code");
  await page.fill("[name=code]", await smsCode(identity, her.mobile, since));
  await submit(page, "[name=code]");
  await page.waitForURL(/recovery\/proof/);
  await look("recovery-proof");
  await page.click("form:has([value=wait]) button");
  await page.waitForLoadState();
  await look("recovery-waiting");
  const notice = () => identity.messages.slice(since).find(({ text }) => text.includes("/recovery/stop"))?.text ?? "";
  await expect.poll(notice).not.toBe("");
  await page.goto(/http\S+token=[\w-]+/.exec(notice())?.[0] ?? "");
  await look("recovery-stop");
  await identity.database.query("UPDATE recovery_request SET ready_at = now() WHERE citizen_id = $1", [her.citizenId]);
  await page.goto(`${identity.issuer}/recovery/proof`);
  await page.waitForURL(/recovery\/password/);
  await look("recovery-password");
  await page.context().clearCookies();
  await page.goto(`${identity.issuer}/account?lang=${language}`);
  await page.fill("[name=login]", her.residentId);
  await page.fill("[name=password]", her.password);
  await submit(page, "[name=password]");
  await page.waitForSelector("[value=stop-recovery]");
  await look("recovery-notice");
}

describe.each(languages)("every page of signing in, in %s", (language) => {
  it.each([
    ["second factors and the security pages", seeSecurity],
    ["registration", seeRegistration],
    ["recovery", seeRecovery],
  ])(
    "%s: keeps WCAG 2.2 AA by axe, and fits a phone",
    async (_what, see) => {
      const context = await browser.newContext({ viewport: { width: 390, height: 800 } });
      await see(await walk(language, context));
      await context.close();
    },
    60_000,
  );
});
