import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeJwt } from "jose";
import pg from "pg";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { demoPassword } from "../city/population/demo.ts";
import { launchBrowser } from "../platform/test/browser.ts";
import { type City, startCity } from "./support/city.ts";
import { ask, credentialsOf } from "./support/graph.ts";
import { demoCitizen, fillSignIn, signInAsHerself } from "./support/sign-in.ts";

let city: City;
let browser: Browser;
beforeAll(async () => {
  [city, browser] = await Promise.all([startCity(60, { LOG_LEVEL: "trace" }), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await city.stop();
});

/** Everything about people and every secret that could have found its way into a log. */
async function whatMustNotBeLogged(tokens: readonly string[]): Promise<string[]> {
  const database = new pg.Client(city.databaseUrl);
  await database.connect();
  try {
    const { rows } = await database.query<{ personal: string }>(
      `SELECT resident_id AS personal FROM identity.citizen
       UNION ALL SELECT citizen_id::text FROM identity.citizen
       UNION ALL SELECT name FROM identity.citizen
       UNION ALL SELECT mobile FROM identity.account WHERE mobile IS NOT NULL`,
    );
    const secrets = JSON.parse(await readFile(join(city.data, "secrets.json"), "utf8")) as { databasePassword: string };
    return [...rows.map(({ personal }) => personal), ...tokens, demoPassword, secrets.databasePassword];
  } finally {
    await database.end();
  }
}

it("the logs of a whole journey, good and bad, hold no personal data and no secret", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${city.portal}/sign-in`);
  await fillSignIn(page, demoCitizen("nurlan").residentId, "wrong-password-1");
  await page.waitForSelector("[role=alert]");
  await signInAsHerself(page, demoCitizen("nurlan").residentId);
  await expect.poll(() => page.url(), { timeout: 10_000 }).toBe(`${city.portal}/`);
  const cookies = (await context.cookies()).map(({ value }) => value).filter((value) => value.length > 20);
  await context.close();

  const credentials = await credentialsOf(city, "ayguzel");
  const { accessToken: token, dpopJwk } = credentials;
  const { residentId, name } = demoCitizen("ayguzel");
  await ask(city.graph, "{ me { name { text } encounters { edges { node { reason } } } } }", credentials);
  await ask(city.graph, `{ citizen(id: "${residentId}") { id } }`, credentials);
  await ask(city.graph, `{ me(name: "${name.text}") { id } }`, credentials);
  await ask(city.graph, "{ me { id } }", { ...credentials, accessToken: `${token}x` });
  await ask(`${city.graph}?query={__typename}&access_token=${token}`, "{ __typename }");
  await ask(
    `http://localhost:${city.basePort + 10}/graphql`,
    `{ _entities(representations: ["${residentId}"]) }`,
    credentials,
  );

  const folder = join(city.data, "logs");
  const logs = (await Promise.all((await readdir(folder)).map((file) => readFile(join(folder, file), "utf8")))).join(
    "\n",
  );
  expect(logs).toContain('"path":"/graphql"');
  const subject = String(decodeJwt(token).sub);
  const forbidden = await whatMustNotBeLogged([token, String(dpopJwk.d), subject, "wrong-password-1", ...cookies]);
  expect(forbidden.length).toBeGreaterThan(200);
  expect(forbidden.filter((text) => logs.includes(text))).toEqual([]);
});
