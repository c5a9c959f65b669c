import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "../../platform/log.ts";
import { freePort } from "../../platform/test/ports.ts";
import { createIdentity, startIdentity } from "../server.ts";
import { aygul, wei } from "./support/citizens.ts";
import { begin, portalClient, redeem, refusalOf, signIn } from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { createUserAgent } from "./support/user-agent.ts";

let identity: TestIdentity;

beforeAll(async () => {
  identity = await startTestIdentity();
});
afterAll(() => identity.close());

describe("the service", () => {
  it("is ready when its database and its store answer", async () => {
    const answer = await fetch(`${identity.issuer}/health/ready`);
    expect(await answer.json()).toEqual({ status: "ready" });
  });

  it("starts beside another on the same database, and stops leaving nothing behind", async () => {
    const port = await freePort();
    const config = { ...identity.config, port, issuer: `http://localhost:${port}` };
    const second = await startIdentity(config, createLogger("identity", "error"));
    expect((await fetch(`${second.url}/health/ready`)).status).toBe(200);
    expect(await (await fetch(`${second.url}/jwks`)).json()).toEqual(
      await (await fetch(`${identity.issuer}/jwks`)).json(),
    );
    await second.close();
    await expect(fetch(`${second.url}/health/live`)).rejects.toThrow();
  });

  it("refuses to start on a taken port and frees what it had opened", async () => {
    const starting = startIdentity(identity.config, createLogger("identity", "silent"));
    await expect(starting).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  it("marks its cookies secure and insists on TLS when its issuer is an https one", async () => {
    const { config, database, fleeting } = identity;
    const log = createLogger("identity", "error");
    const issuer = "https://identity.example";
    const app = await createIdentity({ ...config, issuer }, { database, fleeting }, log);
    const url = await app.listen({ port: 0, host: "localhost" });
    const refused = await fetch(`${url}/auth?client_id=nobody`);
    expect(refused.headers.get("strict-transport-security")).toMatch(/^max-age=/);
    const request = {
      client_id: "account",
      response_type: "code",
      scope: "openid",
      redirect_uri: `${issuer}/account/return`,
      code_challenge: "x".repeat(43),
      code_challenge_method: "S256",
    };
    const answer = await fetch(`${url}/auth?${new URLSearchParams(request)}`, { redirect: "manual" });
    const cookies = answer.headers.getSetCookie();
    expect(cookies.length).toBeGreaterThan(0);
    for (const cookie of cookies) expect(cookie).toMatch(/; secure/);
    await app.close();
  });

  it("answers with nothing of its inside while its database fails", async () => {
    const portal = await portalClient(identity);
    const agent = createUserAgent(identity.issuer, { "accept-language": "en" });
    await signIn(identity, portal, aygul, { agent });
    await identity.database.query("ALTER TABLE oidc_artefact RENAME TO oidc_artefact_away");
    const { page } = await begin(identity, portal, { agent });
    await identity.database.query("ALTER TABLE oidc_artefact_away RENAME TO oidc_artefact");
    expect(page.status).toBe(500);
    expect(page.text).toContain("Something went wrong on our side");
    expect(page.text).not.toContain("oidc_artefact");
    expect(identity.logged()).toContain("oidc_artefact");
  });

  it("keeps passwords, numbers, names, codes, tokens and citizen IDs out of the most talkative log", async () => {
    const portal = await portalClient(identity);
    const attempt = await signIn(identity, portal, aygul);
    const tokens = await redeem(portal, attempt);
    await refusalOf(redeem(portal, attempt));
    const again = await begin(identity, portal);
    await again.agent.submit(again.page, { login: wei.mobile, password: "wrong-password" });
    await again.agent.submit(again.page, { login: wei.residentId, password: wei.password });
    const cookies = [...attempt.agent.cookies].filter(([name]) => /session|\.sig/.test(name)).map(([, value]) => value);
    expect(cookies.length).toBeGreaterThan(1);
    await attempt.agent.open(`${identity.issuer}/session/end?id_token_hint=${tokens.id_token}`);
    const secrets = [
      ...[aygul, wei].flatMap(({ citizenId, residentId, mobile, password, name }) => [
        citizenId,
        residentId,
        mobile,
        password,
        name,
      ]),
      "wrong-password",
      "$argon2id$",
      attempt.page.leavesTo?.searchParams.get("code") ?? "",
      tokens.access_token,
      tokens.id_token ?? "",
      tokens.refresh_token ?? "",
      tokens.claims()?.sub ?? "",
      ...cookies,
    ];
    expect(identity.logged()).toContain("request refused");
    for (const secret of secrets) {
      expect(secret).not.toBe("");
      expect(identity.logged()).not.toContain(secret);
    }
  });

  it("hands no citizen ID out: not in tokens, addresses or pages", async () => {
    const portal = await portalClient(identity);
    const attempt = await signIn(identity, portal, aygul);
    const { access_token: accessToken, id_token: idToken = "" } = await redeem(portal, attempt);
    const claims = [accessToken, idToken].map((token) =>
      Buffer.from(token.split(".")[1] ?? "", "base64url").toString(),
    );
    expect(`${claims}${attempt.page.leavesTo}`).not.toContain(aygul.citizenId);
  });

  it("has a register that keeps no ethnicity, religion, politics or bodies", () => {
    const tables = readFileSync(
      new URL("../store/migrations/0001-register-accounts-artefacts.sql", import.meta.url),
      "utf8",
    );
    const columns = tables.slice(tables.indexOf("CREATE TABLE citizen"), tables.indexOf("CREATE TABLE account"));
    expect(columns).not.toMatch(/^\s+(ethnic|nation|religio|polit|party|gender|sex|face|finger|iris|gene)\w* /im);
  });
});
