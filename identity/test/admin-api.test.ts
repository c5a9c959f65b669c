import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLimiters } from "../credentials/limiters.ts";
import { waterSector } from "./support/admin.ts";
import { aygul, wei } from "./support/citizens.ts";
import { begin, proofs, redeem, registerFapi2, signIn, type TestClient } from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { createUserAgent, type UserAgent } from "./support/user-agent.ts";

let identity: TestIdentity;
let adminConsole: TestClient;
let hers: string;
beforeAll(async () => {
  identity = await startTestIdentity();
  adminConsole = await registerFapi2(identity, "admin-console", { sector: "government" });
  await identity.database.query("INSERT INTO administrator (account_id, document) VALUES ($1, $2)", [
    aygul.citizenId,
    JSON.stringify({ name: "A. M." }),
  ]);
  hers = (await tokenOf(aygul, "urn:huimin:loa:3")).token;
});
afterAll(() => identity.close());

/** An access token for the administration; `level` is what the session says of the sign-in. */
async function tokenOf(citizen: typeof aygul, level: string, agent?: UserAgent) {
  const parameters = { scope: "openid identity:admin", resource: `${identity.issuer}/admin` };
  const attempt = await signIn(identity, adminConsole, citizen, { parameters, ...(agent && { agent }) });
  // She allowed it before, or is asked now.
  if (!attempt.page.leavesTo) await attempt.agent.submit(attempt.page, { action: "allow" });
  await identity.database.query(
    `UPDATE oidc_artefact SET payload = jsonb_set(payload, '{acr}', to_jsonb($1::text)) WHERE model = 'Session'`,
    [level],
  );
  const again = await begin(identity, adminConsole, { parameters, agent: attempt.agent });
  const { access_token: token } = await redeem(adminConsole, again);
  return { token };
}

interface Call {
  readonly method?: string;
  readonly body?: object;
  readonly token?: string;
}

async function call(path: string, { method = "GET", body, token = hers }: Call = {}) {
  const url = new URL(`/admin/v1/${path}`, identity.issuer);
  const headers = new Headers(body && { "content-type": "application/json" });
  const response = await oidc
    .fetchProtectedResource(
      adminConsole.configuration,
      token,
      url,
      method,
      body && JSON.stringify(body),
      headers,
      proofs(adminConsole),
    )
    .catch((error: unknown) => {
      if (error instanceof oidc.WWWAuthenticateChallengeError) return error.response;
      throw error;
    });
  const json = response.bodyUsed ? {} : await response.json();
  return { status: response.status, challenge: response.headers.get("www-authenticate"), json };
}

describe("the admin API", () => {
  const { sector: _sector, ...entry } = waterSector;

  it("tries, adds, shows, lists and removes an entry, and records by whom", async () => {
    const added = { entry: "waterco", action: "add", before: null, after: entry, fields: Object.keys(entry).sort() };
    const tried = await call("sectors/waterco?dryRun=true", { method: "PUT", body: entry });
    expect(tried).toMatchObject({ status: 200, json: { dryRun: true, changes: [added] } });
    expect((await call("sectors/waterco")).status).toBe(404);
    const put = await call("sectors/waterco", { method: "PUT", body: entry });
    expect(put).toMatchObject({ status: 200, json: { dryRun: false, changes: [added] } });
    expect((await call("sectors/waterco")).json).toEqual(entry);
    expect((await call("sectors")).json).toMatchObject({ entries: { waterco: entry, government: {} } });
    expect(await (await fetch(`${identity.issuer}/sectors`)).json()).toMatchObject({
      sectors: { waterco: { issued: 1 } },
    });
    expect((await call("sectors/waterco", { method: "DELETE" })).status).toBe(200);
    const { changes } = (await call("changes")).json;
    expect(changes.slice(0, 2)).toMatchObject([
      { register: "sectors", entry: "waterco", action: "remove", actor: `${aygul.citizenId} through admin-console` },
      { register: "sectors", entry: "waterco", action: "add" },
    ]);
  });

  it("steps through the change of a sector's key", async () => {
    const tried = await call("sectors/government/key-change/begin?dryRun=true", { method: "POST" });
    expect(tried.json).toMatchObject({ dryRun: true, after: { issued: 1, accepted: [1, 2] }, citizens: 2 });
    const early = await call("sectors/government/key-change/end", { method: "POST" });
    expect(early).toMatchObject({ status: 400, json: { error: "refused" } });
  });

  it("says what is wrong with an entry, by its members", async () => {
    const { status, json } = await call("clients/water-app", { method: "PUT", body: { sector: "casino" } });
    expect([status, json.error]).toEqual([400, "refused"]);
    const fields = json.faults.map(({ field }: { field: string }) => field);
    expect(fields).toEqual(expect.arrayContaining(["client_name", "client_name#ug", "contacts", "sector"]));
    expect((await call("teapots")).status).toBe(400);
  });
});

describe("whoever is no administrator, not well signed in, or without a proof", () => {
  it("is refused as soon as she has signed out, and when her client has given the token back", async () => {
    const agent = createUserAgent(identity.issuer);
    const { token } = await tokenOf(aygul, "urn:huimin:loa:3", agent);
    const { token: another } = await tokenOf(aygul, "urn:huimin:loa:3");
    expect((await call("clients", { token })).status).toBe(200);
    await agent.submit(await agent.open(`${identity.issuer}/session/end`), { logout: "yes" });
    await oidc.tokenRevocation(adminConsole.configuration, another);
    const refused = { status: 401, challenge: 'DPoP error="invalid_token"' };
    expect(await call("clients", { token })).toMatchObject(refused);
    expect(await call("clients", { token: another })).toMatchObject(refused);
  });

  it("is asked to sign in better, when her sign-in is below level 3 (RFC 9470)", async () => {
    const { token } = await tokenOf(aygul, "urn:huimin:loa:2");
    expect(await call("clients", { token })).toMatchObject({
      status: 401,
      challenge: 'DPoP error="insufficient_user_authentication", acr_values="urn:huimin:loa:3", max_age="900"',
    });
  });

  it("is refused at level 3 too, unless the operator has named her", async () => {
    const { token } = await tokenOf(wei, "urn:huimin:loa:3");
    expect(await call("clients", { token })).toMatchObject({ status: 403, json: { error: "access_denied" } });
  });

  it.each([
    ["no token", {}, undefined],
    ["the token as a bearer token", { authorization: "Bearer TOKEN" }, "invalid_token"],
    ["no proof", { authorization: "DPoP TOKEN" }, "invalid_dpop_proof"],
    ["a token that is none", { authorization: "DPoP a.b.c" }, "invalid_token"],
  ])("is refused with %s", async (_name, headers: { authorization?: string }, error) => {
    const authorization = headers.authorization?.replace("TOKEN", hers);
    const response = await fetch(`${identity.issuer}/admin/v1/clients`, {
      headers: authorization ? { authorization } : {},
    });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe(error ? `DPoP error="${error}"` : "DPoP");
  });

  it("is refused with a token for the graph", async () => {
    const attempt = await signIn(identity, adminConsole, aygul);
    const page = attempt.page.leavesTo ? attempt.page : await attempt.agent.submit(attempt.page, { action: "allow" });
    const { access_token: token } = await redeem(adminConsole, { ...attempt, page });
    expect(await call("clients", { token })).toMatchObject({ status: 401 });
  });
});

describe("requests that are refused", () => {
  const knock = () => fetch(`${identity.issuer}/admin/v1/clients`, { headers: { authorization: "DPoP a.b.c" } });
  const forget = () => identity.restartWithoutFleeting();

  it("are answered ever more rarely at one address; an administrator's own do not count", async () => {
    await forget();
    for (let n = 0; n < 35; n += 1) expect((await call("clients")).status).toBe(200);
    const statuses = [];
    for (let n = 0; n < 33; n += 1) statuses.push((await knock()).status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(31);
    const last = await knock();
    expect([last.status, await last.json()]).toEqual([429, { error: "too_many_requests" }]);
    expect(Number(last.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  it("are answered ever more rarely for one client that proves its key, wherever it asks from", async () => {
    await forget();
    const { token } = await tokenOf(wei, "urn:huimin:loa:3");
    const limiters = createLimiters(identity.fleeting, identity.config.cookieKey);
    // Other addresses have used up what the client has.
    for (let n = 0; n < 30; n += 1) await limiters.admit(["admin-client"], { client: "admin-console" });
    expect((await call("clients", { token })).status).toBe(403);
    expect((await call("clients", { token })).status).toBe(429);
  });
});
