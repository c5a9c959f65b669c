/** A company reads its customer in its own name, as far as she has allowed it; she sees that it did, and ends it. */
import * as oidc from "openid-client";
import pg from "pg";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { launchBrowser } from "../platform/test/browser.ts";
import { type Connection, connect, finishSignIn, startSignIn } from "./examples/fapi2.ts";
import { type Company, foundCompany } from "./support/company.ts";
import { askThrough } from "./support/company-sign-in.ts";
import { ask, codesOf, credentialsOf, type GraphAnswer } from "./support/graph.ts";
import { type DemoName, demoCitizen, signInAsHerself } from "./support/sign-in.ts";

const city = inject("city");
const purpose = "supply-contract";

let browser: Browser;
let database: pg.Client;
let company: Company;
let service: Connection;
let token: string;
/** Her name at the water company, and his, who has allowed it nothing. */
let ayguzel: string;
let nurlan: string;
beforeAll(async () => {
  browser = await launchBrowser();
  database = new pg.Client(city.databaseUrl);
  await database.connect();
  company = await foundCompany(city);
  const app = await connect(new URL(city.identity), "water-app", company.key);
  ayguzel = await becomeCustomer(app, "ayguzel", { allows: true });
  nurlan = await becomeCustomer(app, "nurlan", { allows: false });
  service = await connect(new URL(city.identity), "water-service", company.key);
  const request = { resource: city.graph, scope: "citizen:read" };
  token = (await oidc.clientCredentialsGrant(service.configuration, request, service.proofs)).access_token;
});
afterAll(async () => {
  await database.end();
  await company.close();
  await browser.close();
});

async function visit<T>(work: (page: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext({ locale: "en" });
  try {
    return await work(await context.newPage());
  } finally {
    await context.close();
  }
}

/** Somebody signs in to the water company, which asks to keep the contract in her name. @returns who she is to it */
async function becomeCustomer(app: Connection, name: DemoName, { allows }: { allows: boolean }): Promise<string> {
  const request = {
    redirect_uri: `${company.origin}/callback`,
    scope: `openid purpose:${purpose}`,
    resource: city.graph,
  };
  const { url, checks } = await startSignIn(app, request);
  return await visit(async (page) => {
    await page.goto(url.href);
    await signInAsHerself(page, demoCitizen(name).residentId);
    await page.waitForSelector(`input[name="purpose:${purpose}"]`);
    if (allows) await page.check(`input[name="purpose:${purpose}"]`);
    await page.click("button[value=allow]");
    await page.waitForURL(`${company.origin}/callback?code=*`);
    const tokens = await finishSignIn(app, new URL(page.url()), checks);
    return String(tokens.claims()?.sub);
  });
}

/** The company's own program asks about one customer. */
async function read(id: string, stated?: string, selection = "id name { text }"): Promise<GraphAnswer> {
  const query = `query ($id: CitizenID!) { citizen(id: $id) { ${selection} } }`;
  return await askThrough(service, city, token, query, stated, { id });
}

const recorded = async () =>
  (
    await database.query(
      "SELECT sector, client_id, purpose, categories FROM identity.read_by_another WHERE reader = 'company'",
    )
  ).rows;

const atHome = async (path: string, work: (page: Page) => Promise<void>) =>
  await visit(async (page) => {
    await page.goto(`${city.identity}${path}`);
    await signInAsHerself(page, demoCitizen("ayguzel").residentId);
    await page.waitForURL(`${city.identity}${path}`);
    await work(page);
  });

describe("the water company in its own name", () => {
  it.each([
    ["without a purpose", () => ayguzel, undefined, "FORBIDDEN"],
    ["for a caseworker's purpose", () => ayguzel, "pension-determination", "FORBIDDEN"],
    ["for one that nobody registered", () => ayguzel, "marketing", "BAD_REQUEST"],
    ["of a customer who has not allowed it", () => nurlan, purpose, "FORBIDDEN"],
    ["of nobody's form", () => `hm1_${"A".repeat(43)}`, purpose, "FORBIDDEN"],
  ])("reads nothing %s", async (_what, id, stated, code) => {
    const { data, ...answer } = await read(id(), stated);
    expect([data, codesOf(answer)]).toEqual([undefined, [code]]);
    expect(await recorded()).toEqual([]);
  });

  it("reads nobody by the departments' form", async () => {
    const { data } = await ask(city.graph, "{ me { id } }", await credentialsOf(city, "ayguzel"));
    const government = String(Reflect.get(Object(data?.me), "id"));
    expect(government).not.toBe(ayguzel);
    expect(codesOf(await read(government, purpose))).toEqual(["FORBIDDEN"]);
  });

  it("reads of its customer the registered name, and nothing else", async () => {
    const answer = await read(ayguzel, purpose, "id name { text } waterAccount { number }");
    const name = { text: expect.any(String) };
    expect(answer.data).toEqual({ citizen: { id: ayguzel, name, waterAccount: null } });
    expect(codesOf(answer)).toEqual(["FORBIDDEN"]);
    const unseen = await read(ayguzel, purpose, "name { text } birthDate pension { status }");
    expect([unseen.data, new Set(codesOf(unseen))]).toEqual([undefined, new Set(["GRAPHQL_VALIDATION_FAILED"])]);
    expect(await recorded()).toEqual([
      { sector: "waterco", client_id: "water-service", purpose, categories: ["person.name"] },
    ]);
  });

  it("is in her history: which company, and for what", () =>
    atHome("/account/history", async (page) => {
      await page.goto(`${city.identity}/account/history?lang=en`);
      const entry = page.locator("li", { hasText: "A company read your information" });
      expect(await entry.first().textContent()).toMatch(/新河自来水有限公司.*To keep your supply contract/s);
    }));

  it("is refused as soon as it has given its token back", async () => {
    const { configuration, proofs } = service;
    const request = { resource: city.graph, scope: "citizen:read" };
    const { access_token: another } = await oidc.clientCredentialsGrant(configuration, request, proofs);
    const query = "query ($id: CitizenID!) { citizen(id: $id) { name { text } } }";
    const reading = async () => await askThrough(service, city, another, query, purpose, { id: ayguzel });
    expect(codesOf(await reading())).toEqual([]);
    await oidc.tokenRevocation(configuration, another);
    // The library takes the 401 for an error.
    await expect.poll(() => reading().catch(({ status }) => status)).toBe(401);
  });

  it("is refused from the moment in which she stops it, with the token that it has", async () => {
    expect(codesOf(await read(ayguzel, purpose))).toEqual([]);
    await atHome("/account/applications", async (page) => {
      await page.click("button[name=client][value=water-app]");
      await page.waitForURL(`${city.identity}/account/applications?stopped=yes`);
    });
    expect(codesOf(await read(ayguzel, purpose))).toEqual(["FORBIDDEN"]);
  });
});
