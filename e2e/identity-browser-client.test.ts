import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { launchBrowser } from "../platform/test/browser.ts";
import { type Answer, type Company, foundCompany } from "./support/company.ts";
import { demoCitizen, fillSignIn } from "./support/sign-in.ts";

const city = inject("city");
const library = new URL("../browser/oidc-client-ts.min.js", import.meta.resolve("oidc-client-ts"));
const files: Readonly<Record<string, readonly [type: string, file: URL]>> = {
  "/site": ["text/html", new URL("./examples/site.html", import.meta.url)],
  "/site.js": ["text/javascript", new URL("./examples/site.js", import.meta.url)],
  "/oidc-client-ts.js": ["text/javascript", library],
};

/** The company's static files, with the address of this city's identity. */
const answer: Answer = async (request, response) => {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  const [type, file] = files[pathname] ?? [];
  if (!type || !file) return false;
  const text = await readFile(fileURLToPath(file), "utf8");
  response.setHeader("content-type", type).end(text.replaceAll("https://id.example", city.identity));
  return true;
};

let browser: Browser;
let company: Company;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
  company = await foundCompany(city, answer);
  page = await (await browser.newContext({ locale: "en" })).newPage();
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
});
afterAll(async () => {
  await browser.close();
  await company.close();
});

const { name, residentId } = demoCitizen("nurlan");
const shown = () => page.textContent("#name");

describe("a static page of a company, on oidc-client-ts, by the profile oidc", () => {
  it("learns her name by a code with PKCE and from the userinfo endpoint, across origins", async () => {
    await page.goto(`${company.origin}/site`);
    await page.click("#in");
    await fillSignIn(page, residentId);
    // He may act for his daughter here, and the site lets him.
    await page.click("button[value=self]");
    await page.click("button[value=allow]");
    await expect.poll(shown).toBe(name.text);
    expect(new URL(page.url()).origin).toBe(company.origin);
  });

  it("renews what it has without a page of identity's", async () => {
    const token = () => page.locator("#name").getAttribute("data-token");
    const before = await token();
    await page.click("#renew");
    await expect.poll(token).not.toBe(before);
    expect(await token()).not.toBeNull();
  });

  it("gets her back without a word while she is signed in", async () => {
    await page.evaluate(() => sessionStorage.clear());
    await page.goto(`${company.origin}/site`);
    expect(await shown()).toBe("stranger");
    await page.click("#in");
    await expect.poll(shown).toBe(name.text);
  });

  it("signs her out everywhere, and gets her back signed out", async () => {
    await page.click("#out");
    await page.waitForURL((at) => at.origin === company.origin);
    await expect.poll(shown).toBe("stranger");
    await page.click("#in");
    await page.locator("input[name=password]").waitFor();
    expect(complaints).toEqual([]);
  });
});
