/** A caseworker of the pension department reads a citizen for a case, and the citizen reads that she did. */
import pg from "pg";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { launchBrowser } from "../platform/test/browser.ts";
import { type Connection, connect } from "./examples/fapi2.ts";
import { type Company, foundCompany } from "./support/company.ts";
import { askThrough, signInAtDesk } from "./support/company-sign-in.ts";
import { ask, codesOf, credentialsOf } from "./support/graph.ts";
import { inviteCaseworker } from "./support/people.ts";
import { demoCitizen, signInAsHerself } from "./support/sign-in.ts";

const city = inject("city");

let browser: Browser;
let database: pg.Client;
let company: Company;
let desk: Connection;
let token: string;
let citizen: string;
let begun: Date;
beforeAll(async () => {
  browser = await launchBrowser();
  database = new pg.Client(city.databaseUrl);
  await database.connect();
  begun = (await database.query<{ now: Date }>("SELECT now()")).rows[0]?.now ?? new Date();
  company = await foundCompany(city);
  desk = await connect(new URL(city.identity), "water-desk", company.key);
  token = await signInAtDesk(browser, city, company, desk, await inviteCaseworker(database, "pension"));
  const { data } = await ask(city.graph, "{ me { id } }", await credentialsOf(city, "ayguzel"));
  citizen = String(Reflect.get(Object(data?.me), "id"));
});
afterAll(async () => {
  await database.end();
  await company.close();
  await browser.close();
});

const read = (query: string, purpose?: string) => askThrough(desk, city, token, query, purpose);

/** What caseworkers have read since this journey began: the city is that of others, too. */
const recorded = async () =>
  (
    await database.query(
      "SELECT department, role, purpose, categories FROM identity.read_by_another WHERE reader = 'caseworker' AND read_at > $1",
      [begun],
    )
  ).rows;

describe("a caseworker of the pension department", () => {
  const everything = () =>
    `{ citizen(id: "${citizen}") { name { text } pension { status } encounters(first: 1) { edges { node { id } } } } }`;

  it("reads nobody without a purpose, nor for another department's", async () => {
    expect(codesOf(await read(everything()))).toEqual(["FORBIDDEN"]);
    expect(codesOf(await read(everything(), "treatment"))).toEqual(["FORBIDDEN"]);
    expect(await recorded()).toEqual([]);
  });

  it("reads for a pension what a pension needs, at every department that has it, and no diagnosis", async () => {
    const { data, errors } = await read(everything(), "pension-determination");
    expect(data?.citizen).toEqual({
      name: { text: expect.any(String) },
      pension: { status: expect.any(String) },
      encounters: null,
    });
    expect(errors).toEqual([
      expect.objectContaining({ path: ["citizen", "encounters"], extensions: { code: "FORBIDDEN" } }),
    ]);
    const [row, ...more] = await recorded();
    expect(more).toEqual([]);
    expect(row).toEqual({
      department: "pension",
      role: "caseworker",
      purpose: "pension-determination",
      categories: ["pension.account", "person.name"],
    });
  });

  it("is in the history of the citizen: which department, and for what", async () => {
    const context = await browser.newContext({ locale: "en" });
    const page = await context.newPage();
    await page.goto(`${city.identity}/account/history`);
    await signInAsHerself(page, demoCitizen("ayguzel").residentId);
    await page.waitForURL(`${city.identity}/account/history`);
    await page.goto(`${city.identity}/account/history?lang=en`);
    const entry = page.locator("li", { hasText: "A department read your information" });
    expect(await entry.first().textContent()).toMatch(/Pensions.*To determine a pension/s);
    await context.close();
  });
});
