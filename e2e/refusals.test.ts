import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { compactDecrypt, decodeJwt, decodeProtectedHeader, importJWK, type JWK, type JWTPayload, SignJWT } from "jose";
import pg from "pg";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { launchBrowser } from "../platform/test/browser.ts";
import { startCodeFlow } from "./support/code-flow.ts";
import { accessToken, ask, codesOf } from "./support/graph.ts";
import { demoCitizen, fillSignIn } from "./support/sign-in.ts";

const city = inject("city");
const myName = "{ me { name { text } } }";

let token: string;
let browser: Browser;
beforeAll(async () => {
  token = await accessToken(city, "xiaohe");
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** Signs with identity's own key, as identity might have: only the claims make the difference. */
async function signAsIdentity(change: JWTPayload, typ = "at+jwt"): Promise<string> {
  const { kid } = decodeProtectedHeader(token);
  const database = new pg.Client(city.databaseUrl);
  await database.connect();
  try {
    const { rows } = await database.query<{ sealed: string }>(
      "SELECT sealed FROM identity.signing_key WHERE key_id = $1",
      [kid],
    );
    if (!rows[0]) throw new Error("identity's key is not in its schema");
    const { keyEncryptionKey } = JSON.parse(await readFile(join(city.data, "secrets.json"), "utf8"));
    const { plaintext } = await compactDecrypt(rows[0].sealed, Buffer.from(keyEncryptionKey, "base64url"));
    const jwk = JSON.parse(new TextDecoder().decode(plaintext)) as JWK;
    const header = { alg: "ES256", typ, ...(kid === undefined ? {} : { kid }) };
    return await new SignJWT({ ...decodeJwt(token), ...change })
      .setProtectedHeader(header)
      .sign(await importJWK(jwk, "ES256"));
  } finally {
    await database.end();
  }
}

describe("who is refused, and how clearly", () => {
  it("a wrong password is refused in the citizen's language, and signs nobody in", async () => {
    const page = await (await browser.newContext({ locale: "en" })).newPage();
    await page.goto((await startCodeFlow(city)).url);
    await fillSignIn(page, demoCitizen("nurlan").mobile, "not the password");
    await expect.poll(() => page.locator("[role=alert]").textContent()).toMatch(/\w+ .*\w+/);
    expect(page.url().startsWith(city.identity)).toBe(true);
    await page.context().close();
  });

  it("a caller without a token hears that she has to sign in", async () => {
    const answer = await ask(city.graph, myName);
    expect(answer.status).toBe(401);
    expect(codesOf(answer)).toEqual(["UNAUTHENTICATED"]);
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

  it("an ID token is no access token", async () => {
    const answer = await ask(city.graph, myName, await signAsIdentity({}, "JWT"));
    expect(codesOf(answer)).toEqual(["TOKEN_INVALID"]);
  });

  it("another citizen's data is refused, whether she exists or not", async () => {
    const other = decodeJwt(await accessToken(city, "nurlan")).sub;
    for (const id of [other, `hm1_${"A".repeat(43)}`]) {
      const answer = await ask(
        city.graph,
        `{ citizen(id: "${id}") { name { text } lastEncounter { reason } } }`,
        token,
      );
      expect(answer.data).toEqual({ citizen: null });
      expect(new Set(codesOf(answer))).toEqual(new Set(["FORBIDDEN"]));
    }
    const own = await ask(city.graph, `{ citizen(id: "${decodeJwt(token).sub}") { name { text } } }`, token);
    expect(own.data).toEqual({ citizen: { name: { text: demoCitizen("xiaohe").name.text } } });
  });

  it("no client can ask the graph for entities by reference", async () => {
    const answer = await ask(
      city.graph,
      '{ _entities(representations: [{__typename: "Citizen"}]) { __typename } }',
      token,
    );
    expect(codesOf(answer)).toEqual(["GRAPHQL_VALIDATION_FAILED"]);
  });

  it.each([
    ["citizen", 2, "/subgraph"],
    ["health", 10, "/graphql"],
    ["pension", 11, "/graphql"],
    ["employment", 12, "/graphql"],
    ["utilities", 13, "/graphql"],
  ] as const)("the subgraph %s answers nobody but the gateway", async (_name, offset, path) => {
    const url = `http://localhost:${city.basePort + offset}${path}`;
    const id = decodeJwt(token).sub;
    const query = `{ _entities(representations: [{__typename: "Citizen", id: "${id}"}]) { __typename } }`;
    for (const headers of [{}, { "txn-token": token }, { "x-user-id": String(id) }]) {
      const answer = await ask(url, query, token, headers);
      expect(answer.status).toBe(401);
      expect(codesOf(answer)).toEqual(["UNAUTHENTICATED"]);
      expect(answer.data).toBeUndefined();
    }
  });

  it("no refusal tells of the inside", async () => {
    const answers = await Promise.all([
      ask(city.graph, myName, "garbage"),
      ask(city.graph, "{ me { nmae } }", token),
      ask(city.graph, "{", token),
      ask(city.graph, '{ citizen(id: "000000189912310012") { id } }', token),
    ]);
    for (const answer of answers) {
      expect(answer.errors?.length).toBeGreaterThan(0);
      expect(JSON.stringify(answer)).not.toMatch(/node_modules|\.ts:|SELECT|localhost|stack|ECONN/);
    }
  });
});
