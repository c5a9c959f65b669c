import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";
import * as oidc from "openid-client";
import pg from "pg";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { launchBrowser } from "../platform/test/browser.ts";
import { type Connection, connect, renew } from "./examples/fapi2.ts";
import { findTransmitter, openStream, readEvent } from "./examples/signals.ts";
import { command } from "./support/city.ts";
import { type Company, foundCompany } from "./support/company.ts";
import { askThrough, signInAtApp } from "./support/company-sign-in.ts";
import { ask, codesOf } from "./support/graph.ts";
import { type DemoName, demoCitizen, fillSignIn } from "./support/sign-in.ts";

const city = inject("city");
const accessTokenType = "urn:ietf:params:oauth:token-type:access_token";
const tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";

let browser: Browser;
let company: Company;
let page: Page;
let database: pg.Client;
const logoutTokens: string[] = [];
const pushes: { readonly authorization: string | undefined; readonly body: string }[] = [];

beforeAll(async () => {
  database = new pg.Client({ connectionString: city.databaseUrl });
  await database.connect();
  browser = await launchBrowser();
  company = await foundCompany(city, async (request, response) => {
    if (request.url === "/back-channel-logout") {
      logoutTokens.push(new URLSearchParams(await text(request)).get("logout_token") ?? "");
      response.end();
      return true;
    }
    if (request.url !== "/events") return false;
    pushes.push({ authorization: request.headers.authorization, body: await text(request) });
    response.writeHead(202).end();
    return true;
  });
});
afterAll(async () => {
  await database.end();
  await company.close();
  await browser.close();
});
beforeEach(async () => {
  await page?.context().close();
  page = await (await browser.newContext({ locale: "en" })).newPage();
});

const client = (clientId: string) => connect(new URL(city.identity), clientId, company.key);

const signIn = (app: Connection, name: DemoName, right: Record<string, string>) =>
  signInAtApp(page, city, company, app, name, right);

const whoSheIs = { scope: "openid" };
const herBills = () => ({ scope: "openid citizen:read utilities:read", resource: city.graph });

describe("a company's server, on openid-client, by the profile fapi2", () => {
  it("signs a citizen in, asks for her data, keeps its right and gives it back", async () => {
    const app = await client("water-app");
    const tokens = await signIn(app, "nurlan", whoSheIs);
    const subject = tokens.claims()?.sub ?? "";
    expect(subject).toMatch(/^hm1_/);
    expect(tokens.token_type).toBe("dpop");
    const { configuration, proofs } = app;

    const information = await oidc.fetchUserInfo(configuration, tokens.access_token, subject, proofs);
    expect(information).toEqual({ sub: subject });

    const introspected = await oidc.tokenIntrospection(configuration, tokens.access_token);
    expect(introspected).toMatchObject({ active: true, sub: subject, client_id: "water-app" });

    const renewed = await renew(app, tokens.refresh_token ?? "");
    expect(renewed.access_token).not.toBe(tokens.access_token);

    await oidc.tokenRevocation(configuration, renewed.access_token);
    expect(await oidc.tokenIntrospection(configuration, renewed.access_token)).toEqual({ active: false });
    await oidc.tokenRevocation(configuration, renewed.refresh_token ?? tokens.refresh_token ?? "");
    await expect(renew(app, tokens.refresh_token ?? "")).rejects.toMatchObject({ error: "invalid_grant" });
  });

  it("reads the graph for her with a token that nobody else can use, and exchanges it (RFC 8693)", async () => {
    const app = await client("water-app");
    const { configuration, proofs } = app;
    const { access_token: token } = await signIn(app, "xiaohe", herBills());
    const question = "{ me { id } }";
    expect(await askThrough(app, city, token, question)).toHaveProperty("data.me.id");
    const stolen = await ask(city.graph, question, undefined, { authorization: `Bearer ${token}` });
    expect(codesOf(stolen)).toEqual(["TOKEN_INVALID"]);

    const billing = `${company.origin}/billing`;
    const subject = { subject_token: token, subject_token_type: accessTokenType, resource: billing };
    const exchanged = await oidc.genericGrantRequest(configuration, tokenExchange, subject, proofs);
    const claims = { aud: billing, scope: "utilities:read", client_id: "water-app", sub: decodeJwt(token).sub };
    expect(decodeJwt(exchanged.access_token)).toMatchObject(claims);
  });

  it("signs her out everywhere, and is told of it on its back channel", async () => {
    const app = await client("water-app");
    const tokens = await signIn(app, "ayguzel", whoSheIs);
    const out = oidc.buildEndSessionUrl(app.configuration, {
      id_token_hint: tokens.id_token ?? "",
      post_logout_redirect_uri: `${company.origin}/`,
      state: "bye",
    });
    await page.goto(out.href);
    await page.waitForURL(`${company.origin}/?state=bye`);
    await expect.poll(() => logoutTokens.length, { timeout: 20_000 }).toBe(1);
    const keys = createRemoteJWKSet(new URL(`${city.identity}/jwks`));
    const expected = { issuer: city.identity, audience: "water-app", typ: "logout+jwt" };
    const { payload } = await jwtVerify(logoutTokens[0] ?? "", keys, expected);
    const { sub, sid } = decodeJwt(tokens.id_token ?? "");
    expect(payload).toMatchObject({ sub, sid });
  });
});

describe("a company with a subgraph of its own", () => {
  const ofWater = "waterAccount { number bills(first: 1) { ...Sum } }";
  const sum = "fragment Sum on Invoice { month amount { amount currency } status }";

  it("names her alike to its client and to its subgraph, and nobody else names her so", async () => {
    const app = await client("water-app");
    const scope = "openid citizen:read water:read power:read";
    const tokens = await signIn(app, "ayguzel", { scope, resource: city.graph });
    const sub = tokens.claims()?.sub;
    const hers = await askThrough(app, city, tokens.access_token, `{ me { id ${ofWater} } } ${sum}`);
    const { me } = hers.data as { me: { id: string; waterAccount: { number: string } } };
    expect(me).toMatchObject({ id: sub, waterAccount: { bills: [{ status: "OPEN" }] } });
    // The other company is not there for it.
    const foreign = await askThrough(app, city, tokens.access_token, "{ me { powerAccount { number } } }");
    expect(codesOf(foreign)).toEqual(["GRAPHQL_VALIDATION_FAILED"]);

    const whole = `{ me { id ${ofWater} powerAccount { number } } } ${sum}`;
    const atTheCity = JSON.parse((await command(city, "graph", whole)).stdout).data.me;
    expect(atTheCity.waterAccount).toEqual(me.waterAccount);
    const stored = async (table: string, column: string, value: string) => {
      const { rows } = await database.query(`SELECT citizen_id FROM ${table} WHERE ${column} = $1`, [value]);
      return rows.map((row) => row.citizen_id);
    };
    expect(await stored("water.account", "number", me.waterAccount.number)).toEqual([sub]);
    expect(await stored("utilities.resident", "citizen_id", atTheCity.id)).toEqual([atTheCity.id]);
    const [atPower] = await stored("power.account", "number", atTheCity.powerAccount.number);
    expect(new Set([sub, atTheCity.id, atPower]).size).toBe(3);
  });
});

describe("a company that hears of security events", () => {
  it("has them pushed to it: one that it asks for, and then what its citizens do", async () => {
    const app = await client("water-app");
    const transmitter = await findTransmitter(new URL(city.identity));
    await openStream(app, transmitter, `${company.origin}/events`, "Bearer ours");
    const heard = async (name: string) => {
      const events = await Promise.all(pushes.map(({ body }) => readEvent(transmitter, "water-app", body)));
      return events.find((event) => event.name.endsWith(name));
    };
    const until = { timeout: 20_000 };
    await expect.poll(() => heard("/verification"), until).toMatchObject({ event: { state: "hello" } });
    const tokens = await signIn(app, "nurlan", whoSheIs);
    await oidc.tokenRevocation(app.configuration, tokens.refresh_token ?? "");
    const sub = tokens.claims()?.sub;
    await expect.poll(() => heard(":grant-revoked"), until).toMatchObject({ subject: { user: { sub } } });
    expect(new Set(pushes.map(({ authorization }) => authorization))).toEqual(new Set(["Bearer ours"]));
  });
});

describe("a company's kiosk and service", () => {
  it("connects a device without a keyboard by a code (RFC 8628)", async () => {
    const kiosk = await client("water-kiosk");
    const begun = await oidc.initiateDeviceAuthorization(kiosk.configuration, { scope: "openid" });
    await page.goto(begun.verification_uri_complete ?? "");
    await page.click("main form button[type=submit]");
    await page.click("button[name=confirm]");
    await fillSignIn(page, demoCitizen("nurlan").residentId);
    await page.click("button[value=allow]");
    await page.waitForURL(/\/device\//);
    const tokens = await oidc.pollDeviceAuthorizationGrant(kiosk.configuration, begun, {}, kiosk.proofs);
    expect(tokens.claims()?.sub).toMatch(/^hm1_/);
  });

  it("takes a token in the company's own name (RFC 6749, 4.4)", async () => {
    const service = await client("water-service");
    const { configuration, proofs } = service;
    const api = `${company.origin}/api`;
    const own = await oidc.clientCredentialsGrant(configuration, { resource: api, scope: "meters:write" }, proofs);
    expect(decodeJwt(own.access_token)).toMatchObject({ aud: api, sub: "water-service", scope: "meters:write" });
  });
});

const shownBy: [string, string[]][] = [
  [
    "identity.md",
    [
      "sectors/waterco.json",
      "clients/water-app.json",
      "fapi2.ts",
      "clients/water-phone.json",
      "clients/water-site.json",
      "site.js",
    ],
  ],
  ["security-events.md", ["receivers/water-app.json", "signals.ts"]],
];

describe.each(shownBy)("docs/%s", (name, files) => {
  it("shows the very files that are run here", async () => {
    const guide = await readFile(new URL(`../docs/${name}`, import.meta.url), "utf8");
    const shown = [...guide.matchAll(/^`(e2e\/examples\/[\w./-]+)`:\n\n```\w+\n(.*?)```$/gms)];
    expect(shown.map(([, file]) => file)).toEqual(files.map((file) => `e2e/examples/${file}`));
    for (const [, file = "", text] of shown) {
      expect(text, file).toBe(await readFile(new URL(`../${file}`, import.meta.url), "utf8"));
    }
  });
});
