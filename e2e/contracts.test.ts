/** What the city shows each audience at its front door, whatever is tried to find out about the rest. */
import { readFile } from "node:fs/promises";
import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  type IntrospectionQuery,
  isObjectType,
  printSchema,
} from "graphql";
import pg from "pg";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { launchBrowser } from "../platform/test/browser.ts";
import { connect } from "./examples/fapi2.ts";
import { type Company, foundCompany } from "./support/company.ts";
import { askThrough, signInAtApp, signInAtDesk } from "./support/company-sign-in.ts";
import { ask, codesOf, credentialsOf, type GraphAnswer } from "./support/graph.ts";
import { inviteCaseworker } from "./support/people.ts";

const city = inject("city");

/** By the name of their part in `schema/contracts/`. */
type Audience = "public" | "citizens" | "staff" | "waterco";
const audiences: readonly Audience[] = ["public", "citizens", "staff", "waterco"];

const published = async (audience: string) =>
  await readFile(new URL(`../schema/contracts/${audience}.graphql`, import.meta.url), "utf8");

/** The fields of the citizen in a published part. */
async function fieldsIn(audience: Audience): Promise<string[]> {
  const citizen = buildSchema(await published(audience)).getType("Citizen");
  return isObjectType(citizen) ? Object.keys(citizen.getFields()) : [];
}

let browser: Browser;
let database: pg.Client;
let company: Company;
let questions: Readonly<Record<Audience, (query: string) => Promise<GraphAnswer>>>;
beforeAll(async () => {
  browser = await launchBrowser();
  database = new pg.Client(city.databaseUrl);
  await database.connect();
  company = await foundCompany(city);
  const [desk, app] = await Promise.all(
    ["water-desk", "water-app"].map((client) => connect(new URL(city.identity), client, company.key)),
  );
  if (!desk || !app) throw new Error("the company has no clients");
  const caseworker = await signInAtDesk(browser, city, company, desk, await inviteCaseworker(database));
  const page = await (await browser.newContext({ locale: "en" })).newPage();
  const right = { scope: "openid citizen:read water:read power:read", resource: city.graph };
  const { access_token: customer } = await signInAtApp(page, city, company, app, "xiaohe", right);
  await page.context().close();
  const credentials = await credentialsOf(city, "xiaohe");
  questions = {
    public: (query) => ask(city.graph, query),
    citizens: (query) => ask(city.graph, query, credentials),
    staff: (query) => askThrough(desk, city, caseworker, query),
    waterco: (query) => askThrough(app, city, customer, query),
  };
});
afterAll(async () => {
  await database.end();
  await company.close();
  await browser.close();
});

describe.each(audiences)("the part of the graph of %s", (audience) => {
  it("is what is published for it, in introspection", async () => {
    const { data, errors } = await questions[audience](getIntrospectionQuery());
    expect(errors).toBeUndefined();
    const seen = printSchema(buildClientSchema(data as unknown as IntrospectionQuery));
    expect(`${seen}\n`).toBe(await published(audience));
  });

  it("has nothing else: what is hidden and what does not exist are refused in the same words", async () => {
    const shown = await fieldsIn(audience);
    const hidden = (await fieldsIn("citizens")).filter((field) => !shown.includes(field));
    for (const field of hidden) {
      // Written alike, so that whatever is suggested for one is suggested for the other.
      const invented = `${field.slice(0, -1)}q`;
      const [told, toldOfNothing] = await Promise.all(
        [field, invented].map((name) => questions[audience](`{ __typename citizen: me { ${name} } }`)),
      );
      expect(codesOf(told ?? { status: 0 })).toEqual(codesOf(toldOfNothing ?? { status: 0 }));
      const words = JSON.stringify(told?.errors).replaceAll(field, "…");
      expect(words).toBe(JSON.stringify(toldOfNothing?.errors).replaceAll(invented, "…"));
      for (const other of hidden) expect(words).not.toContain(`"${other}"`);
    }
    expect(hidden.length > 0).toBe(audience !== "citizens");
  });
});

describe("the published parts", () => {
  it("hold nothing of one company in another's, and no record of a department", async () => {
    expect(await published("waterco")).not.toMatch(/Power|Pension|Encounter|Employment|Premises|birthDate/);
    expect(await published("powerco")).not.toMatch(/Water|Pension|Encounter|Employment|Premises|birthDate/);
  });
});
