import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeJwt } from "jose";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchBrowser } from "../platform/test/browser.ts";
import { type City, startCity } from "./support/city.ts";
import { ask, credentialsOf } from "./support/graph.ts";
import { leaksIn } from "./support/leaks.ts";
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

  const log = join(city.data, "logs", "gateway.log");
  expect(await readFile(log, "utf8")).toContain('"path":"/graphql"');
  const secrets = [token, String(dpopJwk.d), String(decodeJwt(token).sub), "wrong-password-1", ...cookies];
  expect(await leaksIn(city, secrets)).toEqual([]);
  // And it would have been found.
  for (const [kind, text] of [
    ["an ID number", residentId],
    ["a name", name.text],
    ["a token", token],
    ["a citizen ID", `hm1_${"x".repeat(43)}`],
    ["a secret", "wrong-password-1"],
  ] as const) {
    await writeFile(join(city.data, "logs", "planted.log"), `{"msg":"${text}"}\n`);
    expect(await leaksIn(city, secrets)).toContain(`${kind} in planted.log`);
  }
});
