/** A caseworker of the pension department reads a citizen for a case, and the citizen reads that she did. */
import * as oidc from "openid-client";
import pg from "pg";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { addVirtualAuthenticator, launchBrowser } from "../platform/test/browser.ts";
import { type Connection, connect, finishSignIn, startSignIn } from "./examples/fapi2.ts";
import { type Company, foundCompany } from "./support/company.ts";
import { ask, codesOf, credentialsOf, type GraphAnswer } from "./support/graph.ts";
import { inviteCaseworker } from "./support/people.ts";
import { demoCitizen, signInAsHerself } from "./support/sign-in.ts";

const city = inject("city");
const passkeyButton = "form[data-passkey] button";

let browser: Browser;
let database: pg.Client;
let company: Company;
let desk: Connection;
let token: string;
let citizen: string;
beforeAll(async () => {
  browser = await launchBrowser();
  database = new pg.Client(city.databaseUrl);
  await database.connect();
  company = await foundCompany(city);
  desk = await connect(new URL(city.identity), "water-desk", company.key);
  token = await signInAtDesk(await inviteCaseworker(database, "pension"));
  const { data } = await ask(city.graph, "{ me { id } }", await credentialsOf(city, "ayguzel"));
  citizen = String(Reflect.get(Object(data?.me), "id"));
});
afterAll(async () => {
  await database.end();
  await company.close();
  await browser.close();
});

/** She registers a passkey by the code that she was handed, and signs in with it. @returns her access token */
async function signInAtDesk(code: string): Promise<string> {
  const context = await browser.newContext({ locale: "en" });
  const page = await context.newPage();
  await addVirtualAuthenticator(page);
  await page.goto(`${city.identity}/staff/enrol`);
  await page.fill("input[name=code]", code);
  await page.click("main button[type=submit]");
  await page.click(passkeyButton);
  await page.waitForSelector("h1:has-text('Your passkey is registered')");
  const scope = "openid citizen:read pension:read health:read";
  const request = { redirect_uri: `${company.origin}/desk`, scope, resource: city.graph };
  const { url, checks } = await startSignIn(desk, request);
  await page.goto(url.href);
  await page.click(passkeyButton);
  await page.waitForURL(`${company.origin}/desk?code=*`);
  const tokens = await finishSignIn(desk, new URL(page.url()), checks);
  await context.close();
  return tokens.access_token;
}

async function read(query: string, purpose?: string): Promise<GraphAnswer> {
  const { configuration, proofs } = desk;
  const headers = new Headers({ "content-type": "application/json", accept: "application/graphql-response+json" });
  if (purpose !== undefined) headers.set("huimin-purpose", purpose);
  const body = JSON.stringify({ query });
  const response = await oidc.fetchProtectedResource(
    configuration,
    token,
    new URL(city.graph),
    "POST",
    body,
    headers,
    proofs,
  );
  return { status: response.status, ...((await response.json()) as object) };
}

const recorded = async () =>
  (await database.query("SELECT department, role, purpose, categories FROM identity.read_by_another")).rows;

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
