import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import type { Credentials } from "../city/client/credentials.ts";
import { launchBrowser } from "../platform/test/browser.ts";
import { startCodeFlow } from "./support/code-flow.ts";
import { ask, codesOf } from "./support/graph.ts";
import { demoCitizen, fillSignIn } from "./support/sign-in.ts";

const city = inject("city");
const myName = "{ me { name { text } } }";
const { residentId } = demoCitizen("xiaohe");

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  page = await (await browser.newContext({ locale: "en" })).newPage();
});
afterEach(() => page.context().close());

async function signInToPortal(): Promise<void> {
  await page.goto(city.portal);
  await page.click("a[href='/sign-in']");
  await fillSignIn(page, residentId);
  await page.waitForURL(`${city.portal}/`);
}

/** Lets a program ask the graph for her, in the session of this browser. */
async function connectProgram(): Promise<Credentials> {
  // In a tab of its own: it ends on the browser's page about the callback, where nobody listens.
  const tab = await page.context().newPage();
  const code = tab.waitForRequest((request) => request.url().startsWith("http://localhost/callback"));
  const flow = await startCodeFlow(city);
  await tab.goto(flow.url);
  await fillSignIn(tab, residentId);
  return await flow.redeem(new URL((await code).url()));
}

describe("a token that has minutes to live", () => {
  it("is refused by the graph as soon as she has signed out at the portal", async () => {
    await signInToPortal();
    const credentials = await connectProgram();
    expect(codesOf(await ask(city.graph, myName, credentials))).toEqual([]);
    await page.goto(city.portal);
    await page.click("form[action='/sign-out'] button");
    await page.waitForURL(`${city.portal}/?state=signed-out`);
    await expect.poll(async () => codesOf(await ask(city.graph, myName, credentials))).toEqual(["TOKEN_INVALID"]);
  });
});

describe("a session that is ended at identity", () => {
  it("ends at the portal too, without a request of the browser's", async () => {
    await signInToPortal();
    expect(await page.locator("article.health").count()).toBe(1);
    await page.goto(`${city.identity}/account`);
    await page.click("form[action='/account/sign-out'] button");
    await expect
      .poll(async () => {
        await page.goto(city.portal);
        return await page.locator("article").count();
      })
      .toBe(0);
  });
});
