/** "This wasn't me", by somebody who signs in with passkeys: a password that she does not have cannot be changed. */
import { randomBytes } from "node:crypto";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addVirtualAuthenticator, type Browser, launchBrowser } from "../../platform/test/browser.ts";
import { signInToAccount } from "./support/account.ts";
import type { TestCitizen } from "./support/citizens.ts";
import { historyOf, openSecurity, settleCitizen, smsCode } from "./support/factors.ts";
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

/** A passkey that somebody else has bound to her account. */
async function plantPasskey(name: string): Promise<void> {
  await identity.database.query(
    `INSERT INTO passkey (credential_id, citizen_id, public_key, counter, transports, synced, name)
     VALUES ($1, $2, $3, 0, '{}', false, $4)`,
    [randomBytes(32).toString("base64url"), her.citizenId, randomBytes(77), name],
  );
}

const passkeys = async () => {
  const rows = await identity.database.query<{ name: string }>("SELECT name FROM passkey WHERE citizen_id = $1", [
    her.citizenId,
  ]);
  return rows.map(({ name }) => name).sort();
};

/** A browser with a passkey of hers, in which she is signed in. */
async function openPhone(): Promise<Page> {
  const page = await (await browser.newContext({ locale: "en" })).newPage();
  page.setDefaultTimeout(10_000);
  await addVirtualAuthenticator(page);
  const since = identity.messages.length;
  await page.goto(`${identity.issuer}/account/security?lang=en`);
  await page.fill("input[name=login]", her.residentId);
  await page.fill("input[name=password]", her.password);
  await page.click("form:has(input[name=password]) button");
  await page.click("button:has-text('Send the code')");
  await page.fill("input[name=code]", await smsCode(identity, her.mobile, since));
  await page.click("button:has-text('Confirm')");
  await page.fill("input[name=name]", "my phone");
  await page.click("button:has-text('Add a passkey')");
  await page.waitForURL(/done=added/);
  return page;
}

/** Says on the page of her history that a sign-in was not hers. */
async function report(page: Page): Promise<void> {
  await page.goto(`${identity.issuer}/account/history`);
  await page.click("a[href*='not-me'] >> nth=0");
  expect(await page.textContent("main")).toContain("you say which passkeys are yours");
  await page.click("button.danger");
  await page.waitForURL(/\/interaction\//);
}

/** Signs in with the passkey, at the page where a report ends. */
async function usePasskey(page: Page, next: string): Promise<void> {
  // An authenticator that answers by itself may be done with the login field's offer already.
  await page.click("button:has-text('Sign in with a passkey')", { timeout: 2_000 }).catch(() => undefined);
  await page.waitForSelector(`h1:has-text('${next}')`);
}

describe("who reports a sign-in and has passkeys alone", () => {
  it("names hers at the next sign-in, after a code by SMS; the others are gone", async () => {
    const page = await openPhone();
    await page.click("button:has-text('use passkeys alone')");
    await page.waitForURL(/done=removed/);
    await plantPasskey("a thief's");
    await report(page);
    expect(await page.textContent("main")).not.toContain("my phone");
    const since = identity.messages.length;
    await usePasskey(page, "Second step");
    await page.click("button:has-text('Send the code')");
    await page.fill("input[name=code]", await smsCode(identity, her.mobile, since));
    await page.click("button:has-text('Confirm')");
    await page.waitForSelector("h1:has-text('Which passkeys are yours?')");
    expect(await passkeys()).toEqual(["a thief's", "my phone"]);

    await page.click("main button[type=submit]");
    await expect.poll(() => page.textContent("[role=alert]")).toContain("Keep at least one passkey");
    await page.check("label:has-text('my phone') input");
    await page.click("main button[type=submit]");
    await page.waitForURL(/\/account\/history/);
    expect(await passkeys()).toEqual(["my phone"]);
    expect(await historyOf(identity, her)).toContain("passkey-removed");
    await page.context().close();
  });
});

describe("who has a password too", () => {
  it("chooses a new one, names her passkeys, and may keep none", async () => {
    const { agent } = await openSecurity(identity, her);
    await plantPasskey("a thief's");
    const history = await agent.open(`${identity.issuer}/account/history?lang=en`);
    const entry = /not-me\?entry=(\d+)/.exec(history.text)?.[1] ?? "";
    const question = await agent.open(`${identity.issuer}/account/history/not-me?entry=${entry}&lang=en`);
    const door = await agent.submit(question, { entry });
    const since = identity.messages.length;
    const second = await agent.submit(door, { login: her.residentId, password: her.password });
    const other = await agent.submit(second, { action: "choose", factor: "sms" });
    const asked = await agent.submit(other, { action: "send", factor: "sms" });
    const demand = await agent.submit(asked, { code: await smsCode(identity, her.mobile, since) });
    // A form that skips the password changes nothing.
    const skipped = await agent.open(demand.url, {
      method: "POST",
      body: new URLSearchParams({ action: "review-passkeys" }),
    });
    expect([skipped.text.includes('autocomplete="new-password"'), await passkeys()]).toEqual([true, ["a thief's"]]);
    const review = await agent.submit(demand, { password: "seven herons over water" });
    expect(review.text).toContain("Which passkeys are yours?");
    const end = await agent.submit(review, { action: "review-passkeys" });
    expect(end.url.pathname).toBe("/account/history");
    expect(await passkeys()).toEqual([]);
  });

  it("is not asked while the account is in the hands of whoever has her SIM card", async () => {
    await plantPasskey("her own");
    await identity.database.query(
      "UPDATE account SET must_review_passkeys = true, recovered_at = now() WHERE citizen_id = $1",
      [her.citizenId],
    );
    const since = identity.messages.length;
    const { agent, page } = await signInToAccount(identity, her, "/account?lang=en");
    const other = await agent.submit(page, { action: "choose", factor: "sms" });
    const asked = await agent.submit(other, { action: "send", factor: "sms" });
    const inside = await agent.submit(asked, { code: await smsCode(identity, her.mobile, since) });
    expect(inside.url.pathname).toBe("/account");
    expect(await passkeys()).toEqual(["her own"]);
  });
});
