/** A parent at the portal for her child: chosen, shown, read in both histories, and over when the child is of age. */
import pg from "pg";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { launchBrowser } from "../platform/test/browser.ts";
import { demoCitizen, fillSignIn, peopleToActFor } from "./support/sign-in.ts";

const city = inject("city");

interface Person {
  readonly citizen_id: string;
  readonly resident_id: string;
  readonly name: string;
}

let browser: Browser;
let database: pg.Client;
let page: Page;
let [parent, child]: Person[] = [];
beforeAll(async () => {
  browser = await launchBrowser();
  database = new pg.Client({ connectionString: city.databaseUrl });
  await database.connect();
  [parent, child] = await family();
});
afterAll(async () => {
  await browser.close();
  await database.end();
});
beforeEach(async () => {
  page = await (await browser.newContext({ locale: "en" })).newPage();
});
afterEach(() => page.context().close());

/** Somebody of the city who is no demo citizen, and her youngest child, who gets an account so that she can read. */
async function family(): Promise<Person[]> {
  const { rows } = await database.query<{ guardian: string; ward: string }>(
    `SELECT guardian, ward FROM identity.guardianship JOIN identity.citizen g ON g.citizen_id = guardian
       JOIN identity.citizen w ON w.citizen_id = ward
     WHERE g.resident_id <> $1 AND w.birth_date > now() - interval '13 years' ORDER BY w.birth_date DESC LIMIT 1`,
    [demoCitizen("nurlan").residentId],
  );
  const { guardian, ward } = rows[0] ?? {};
  await database.query(
    `INSERT INTO identity.account (citizen_id, mobile, password_hash)
     SELECT $1, '15499999999', password_hash FROM identity.account WHERE citizen_id = $2`,
    [ward, guardian],
  );
  const people = await database.query<Person>(
    `SELECT citizen_id, resident_id, name FROM identity.citizen WHERE citizen_id IN ($1, $2)
     ORDER BY citizen_id = $2`,
    [guardian, ward],
  );
  return people.rows;
}

async function signIn(person: Person | undefined): Promise<void> {
  await page.goto(`${city.portal}/?lang=en`);
  await page.click("a[href='/sign-in']");
  await fillSignIn(page, person?.resident_id ?? "");
}

const choose = async (person: Person | undefined) =>
  await peopleToActFor(page)
    .filter({ hasText: person?.name ?? "" })
    .click();
const bannerOf = async () => await page.locator(".acting").textContent();

async function historyOf(person: Person | undefined): Promise<string> {
  const context = await browser.newContext({ locale: "en" });
  try {
    const reading = await context.newPage();
    await reading.goto(`${city.identity}/account/history?lang=en`);
    await fillSignIn(reading, person?.resident_id ?? "");
    await reading.waitForURL(`${city.identity}/account/history*`);
    return (await reading.locator("main").textContent()) ?? "";
  } finally {
    await context.close();
  }
}

describe("a parent at the portal", () => {
  it("acts for her child under a banner, keeps out of what is not hers to see, and both can read of it", async () => {
    await signIn(parent);
    await choose(child);
    await page.waitForURL(`${city.portal}/`);
    expect(await bannerOf()).toContain(`You are acting for ${child?.name}`);
    expect(await page.locator("h1").textContent()).toContain(child?.name);
    // A parent may see her child's health, and nothing of the other departments.
    expect(await page.locator("article.health .private").count()).toBe(0);
    expect(await page.locator("article.health .unavailable").count()).toBe(0);
    for (const department of ["pension", "employment", "utilities", "suppliers"]) {
      expect(await page.locator(`article.${department}`).textContent()).toContain("Kept private");
    }
    expect(await historyOf(parent)).toContain(child?.name);
    const hers = await historyOf(child);
    expect(hers).toContain(parent?.name);
    expect(hers).toMatch(/Somebody who acts for you read your information.*What was read.*Health records/s);
    expect(hers).not.toContain("Pension account");
  });

  it("returns to her own matters by one click in the banner", async () => {
    await signIn(parent);
    await choose(child);
    await page.waitForURL(`${city.portal}/`);
    await page.click(".acting button");
    await page.locator(".acting").waitFor({ state: "detached" });
    expect(new URL(page.url()).origin).toBe(city.portal);
    expect(await page.locator(".acting").count()).toBe(0);
    expect(await page.locator("h1").textContent()).toContain(parent?.name);
    expect(await page.locator(".private, .unavailable").count()).toBe(0);
  });

  it("acts for her no more from the minute the child comes of age, and is told so", async () => {
    await signIn(parent);
    await choose(child);
    await page.waitForURL(`${city.portal}/`);
    await database.query(
      "UPDATE identity.citizen SET birth_date = (now() - interval '18 years 1 day')::date WHERE citizen_id = $1",
      [child?.citizen_id],
    );
    const told = async () => {
      await page.goto(`${city.portal}/?lang=en`);
      return await page.locator("main").textContent();
    };
    await expect.poll(told, { timeout: 100_000, interval: 2_000 }).toContain("You may no longer act for that person");
    await page.click("a[href='/sign-in']");
    await page.locator("form.people").waitFor();
    expect(
      await peopleToActFor(page)
        .filter({ hasText: child?.name ?? "" })
        .count(),
    ).toBe(0);
  }, 150_000);
});
