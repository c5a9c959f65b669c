import { decodeJwt, exportJWK, generateKeyPair, type JWTPayload } from "jose";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Credentials } from "../city/client/credentials.ts";
import { launchBrowser } from "../platform/test/browser.ts";
import { startCodeFlow } from "./support/code-flow.ts";
import { ask, codesOf, credentialsOf } from "./support/graph.ts";
import { reissue } from "./support/reissue.ts";
import { demoCitizen, fillSignIn } from "./support/sign-in.ts";

const city = inject("city");
const myName = "{ me { name { text } } }";

let token: string;
let credentials: Credentials;
let browser: Browser;
beforeAll(async () => {
  credentials = await credentialsOf(city, "xiaohe");
  token = credentials.accessToken;
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const signAsIdentity = (change: JWTPayload, typ?: string) => reissue(city, credentials, change, typ);

describe("who is refused, and how clearly", () => {
  it("a wrong password is refused in the citizen's language, and signs nobody in", async () => {
    const page = await (await browser.newContext({ locale: "en" })).newPage();
    await page.goto((await startCodeFlow(city)).url);
    await fillSignIn(page, demoCitizen("nurlan").mobile, "not the password");
    await expect.poll(() => page.locator(".summary[role=alert]").textContent()).toMatch(/\w+ .*\w+/);
    expect(page.url().startsWith(city.identity)).toBe(true);
    await page.context().close();
  });

  it("a caller without a token hears that she has to sign in", async () => {
    const answer = await ask(city.graph, "{ me { id } }");
    expect(answer.status).toBe(401);
    expect(codesOf(answer)).toEqual(["UNAUTHENTICATED"]);
  });

  it("a caller without a token does not hear of what is not public, but that nobody is signed in", async () => {
    expect(codesOf(await ask(city.graph, myName))).toEqual(["GRAPHQL_VALIDATION_FAILED", "UNAUTHENTICATED"]);
  });

  it("the same token that identity signs passes, so that what follows fails for its own reason", async () => {
    expect((await ask(city.graph, myName, await signAsIdentity({}))).status).toBe(200);
  });

  it("an expired token is told apart from a bad one", async () => {
    const hourAgo = Math.floor(Date.now() / 1000) - 3600;
    const answer = await ask(city.graph, myName, await signAsIdentity({ iat: hourAgo - 300, exp: hourAgo }));
    expect(answer.status).toBe(401);
    expect(codesOf(answer)).toEqual(["TOKEN_EXPIRED"]);
    expect(answer.errors?.[0]?.message).toMatch(/expired/);
  });

  it("a token for another audience is refused", async () => {
    const answer = await ask(city.graph, myName, await signAsIdentity({ aud: "https://elsewhere.example/graphql" }));
    expect(answer.status).toBe(401);
    expect(codesOf(answer)).toEqual(["TOKEN_INVALID"]);
  });

  it("a token without its key is worth nothing, however it is shown", async () => {
    const bearer = { authorization: `Bearer ${token}`, dpop: "" };
    expect(codesOf(await ask(city.graph, myName, undefined, bearer))).toEqual(["TOKEN_INVALID"]);
    const alone = { authorization: `DPoP ${token}` };
    expect(codesOf(await ask(city.graph, myName, undefined, alone))).toEqual(["DPOP_PROOF_INVALID"]);
    const { privateKey } = await generateKeyPair("ES256", { extractable: true });
    const thief = { ...credentials, dpopJwk: await exportJWK(privateKey) };
    expect(codesOf(await ask(city.graph, myName, thief))).toEqual(["DPOP_PROOF_INVALID"]);
  });

  it("an ID token is no access token", async () => {
    const answer = await ask(city.graph, myName, await signAsIdentity({}, "JWT"));
    expect(codesOf(answer)).toEqual(["TOKEN_INVALID"]);
  });

  it("another citizen's data is refused, whether she exists or not", async () => {
    const other = decodeJwt((await credentialsOf(city, "nurlan")).accessToken).sub;
    for (const id of [other, `hm1_${"A".repeat(43)}`]) {
      const answer = await ask(
        city.graph,
        `{ citizen(id: "${id}") { name { text } lastEncounter { reason } } }`,
        credentials,
      );
      expect(answer.data).toBeUndefined();
      expect(codesOf(answer)).toEqual(["FORBIDDEN"]);
    }
    const own = await ask(city.graph, `{ citizen(id: "${decodeJwt(token).sub}") { name { text } } }`, credentials);
    expect(own.data).toEqual({ citizen: { name: { text: demoCitizen("xiaohe").name.text } } });
  });

  it("no client can ask the graph for entities by reference", async () => {
    const answer = await ask(
      city.graph,
      '{ _entities(representations: [{__typename: "Citizen"}]) { __typename } }',
      credentials,
    );
    expect(codesOf(answer)).toEqual(["GRAPHQL_VALIDATION_FAILED"]);
  });

  it.each([
    ["citizen", 2, "/subgraph"],
    ["health", 10, "/graphql"],
    ["pension", 11, "/graphql"],
    ["employment", 12, "/graphql"],
    ["utilities", 13, "/graphql"],
    ["water", 20, "/graphql"],
    ["power", 21, "/graphql"],
  ] as const)("the subgraph %s answers nobody but the gateway", async (_name, offset, path) => {
    const url = `http://localhost:${city.basePort + offset}${path}`;
    const id = decodeJwt(token).sub;
    const query = `{ _entities(representations: [{__typename: "Citizen", id: "${id}"}]) { __typename } }`;
    for (const headers of [{}, { "txn-token": token }, { "x-user-id": String(id) }]) {
      const answer = await ask(url, query, credentials, headers);
      expect(answer.status).toBe(401);
      expect(codesOf(answer)).toEqual(["UNAUTHENTICATED"]);
      expect(answer.data).toBeUndefined();
    }
  });

  it("no refusal tells of the inside", async () => {
    const answers = await Promise.all([
      ask(city.graph, myName, { ...credentials, accessToken: "garbage" }),
      ask(city.graph, "{ me { nmae } }", credentials),
      ask(city.graph, "{", credentials),
      ask(city.graph, '{ citizen(id: "000000189912310012") { id } }', credentials),
    ]);
    for (const answer of answers) {
      expect(answer.errors?.length).toBeGreaterThan(0);
      expect(JSON.stringify(answer)).not.toMatch(/node_modules|\.ts:|SELECT|localhost|stack|ECONN/);
    }
  });
});
