import { decodeJwt } from "jose";
import * as oidc from "openid-client";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { governmentSector, sectorPseudonyms } from "../../trust/pseudonym.ts";
import { endRights } from "../delegation/ended-rights.ts";
import { aygul, wei } from "./support/citizens.ts";
import {
  begin,
  portalClient,
  proofs,
  publicClient,
  redeem,
  refresh,
  refusalOf,
  registerFapi2,
  signIn,
  type TestClient,
} from "./support/client.ts";
import { comeOfAgeIn, enterGuardianship, type Registered, registerPerson } from "./support/family.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";

let identity: TestIdentity;
let portal: TestClient;
let daughter: Registered;
let guardianship: string;

beforeAll(async () => {
  identity = await startTestIdentity();
  portal = await portalClient(identity);
});
afterAll(() => identity.close());

beforeEach(async () => {
  await identity.database.query("DELETE FROM guardianship");
  daughter = await registerPerson(identity.database, "古丽", { years: 9 });
  guardianship = await enterGuardianship(identity.database, aygul, daughter);
});

const sealed = (citizenId: string, sector = governmentSector) =>
  sectorPseudonyms(identity.config.pseudonymKey, sector).seal(citizenId);

const everyScope = "openid citizen:read health:read pension:read employment:read utilities:read";

/** Signs in, and chooses for whom on the page that comes. */
async function actFor(client: TestClient, person: string, parameters: Record<string, string | null> = {}) {
  const attempt = await signIn(identity, client, aygul, { parameters });
  const page = await attempt.agent.submit(attempt.page, { person });
  return { ...attempt, page };
}

describe("somebody who may act for another", () => {
  it("is asked for whom after signing in, herself first, with the reason and the last day", async () => {
    const { page } = await signIn(identity, portal, aygul, { parameters: { ui_locales: "en" } });
    expect(page.leavesTo).toBeNull();
    expect(page.text).toContain("For whom are you here?");
    expect(page.text.indexOf(aygul.name)).toBeLessThan(page.text.indexOf("古丽"));
    expect(page.text).toMatch(/As parent<\/span> <span>until \w+ \d+, \d{4}/);
  });

  it("is the actor in ID token, access token and userinfo, and the person acted for is the subject", async () => {
    const tokens = await redeem(portal, await actFor(portal, guardianship));
    const both = { sub: sealed(daughter.citizenId), act: { sub: sealed(aygul.citizenId) } };
    expect(tokens.claims()).toMatchObject(both);
    expect(decodeJwt(tokens.access_token)).toMatchObject({ ...both, withheld: [] });
    const plain = { resource: null, scope: "openid" };
    const forUserinfo = await redeem(portal, await actFor(portal, guardianship, plain));
    const { configuration } = portal;
    const userinfo = await oidc.fetchUserInfo(configuration, forUserinfo.access_token, both.sub, proofs(portal));
    expect(userinfo).toEqual(both);
  });

  it("is herself when she chooses herself, and is not asked again in the session", async () => {
    const attempt = await actFor(portal, "self");
    const tokens = await redeem(portal, attempt);
    expect(tokens.claims()?.sub).toBe(sealed(aygul.citizenId));
    expect(tokens.claims()).not.toHaveProperty("act");
    expect(decodeJwt(tokens.access_token)).not.toHaveProperty("act");
    const again = await begin(identity, portal, { agent: attempt.agent });
    expect((await redeem(portal, again)).claims()?.sub).toBe(sealed(aygul.citizenId));
  });

  it("changes the person with prompt=select_account, and what she had for the one before is worth nothing", async () => {
    const attempt = await actFor(portal, guardianship);
    const { refresh_token: refreshToken = "" } = await redeem(portal, attempt);
    const again = await begin(identity, portal, {
      agent: attempt.agent,
      parameters: { prompt: "select_account" },
    });
    const page = await again.agent.submit(again.page, { person: "self" });
    expect((await redeem(portal, { ...again, page })).claims()?.sub).toBe(sealed(aygul.citizenId));
    const refused = await refusalOf(refresh(portal, refreshToken));
    expect(refused).toEqual({ status: 400, error: "invalid_grant" });
  });

  it("returns to her own matters without a question when she told her client, and not by a stranger's link", async () => {
    const attempt = await actFor(portal, guardianship);
    const { refresh_token: refreshToken = "" } = await redeem(portal, attempt);
    const parameters = { prompt: "select_account", acting_for: "self" };
    const again = await begin(identity, portal, { agent: attempt.agent, parameters });
    const tokens = await redeem(portal, again);
    expect(tokens.claims()?.sub).toBe(sealed(aygul.citizenId));
    expect(tokens.claims()).not.toHaveProperty("act");
    expect(await refusalOf(refresh(portal, refreshToken))).toEqual({ status: 400, error: "invalid_grant" });

    const app = await publicClient(identity.issuer, "graphiql", `${identity.config.gatewayUrl}/graphiql/callback`);
    const refused = { error: "invalid_request" };
    await expect(begin(identity, app, { agent: attempt.agent, parameters })).rejects.toMatchObject(refused);
    for (const acting_for of [guardianship, "somebody"]) {
      await expect(begin(identity, portal, { parameters: { acting_for } })).rejects.toMatchObject(refused);
    }
  });

  it("is not signed in silently before she has chosen", async () => {
    const { agent } = await signIn(identity, portal, aygul);
    const silent = await begin(identity, portal, { agent, parameters: { prompt: "none" } });
    expect(silent.page.leavesTo?.searchParams.get("error")).toBe("account_selection_required");
  });

  it("is given only what can be delegated", async () => {
    const tokens = await redeem(portal, await actFor(portal, guardianship, { scope: everyScope }));
    expect(decodeJwt(tokens.access_token).scope).toBe("citizen:read health:read");
  });

  it("is kept from what a ward of 14 or more has a right to keep, and from where a protected person is", async () => {
    const son = await registerPerson(identity.database, "小明", { years: 15 });
    const right = await enterGuardianship(identity.database, aygul, son);
    const before = await redeem(portal, await actFor(portal, right));
    expect(decodeJwt(before.access_token).withheld).toEqual(["protected-services"]);
    await identity.database.query("UPDATE citizen SET whereabouts_protected = true WHERE citizen_id = $1", [
      son.citizenId,
    ]);
    const after = await redeem(portal, await actFor(portal, right));
    expect(decodeJwt(after.access_token).withheld).toEqual(["whereabouts", "protected-services"]);
    // The grant of before knew nothing of the protection: it ends, and with it the tokens that are out.
    await endRights(identity.database, identity.fleeting);
    expect(await refusalOf(refresh(portal, before.refresh_token ?? ""))).toMatchObject({ error: "invalid_grant" });
    expect((await refresh(portal, after.refresh_token ?? "")).access_token).toBeTruthy();
  });

  it("is asked by a client of others what it may see of the person, and nothing lasting comes of it", async () => {
    const clinic = await registerFapi2(identity, "clinic", { delegation_kinds: ["parent-of-minor"] });
    const attempt = await signIn(identity, clinic, aygul, { parameters: { scope: everyScope, ui_locales: "en" } });
    const asked = await attempt.agent.submit(attempt.page, { person: guardianship });
    expect(asked.text).toContain("古丽");
    expect(asked.text).not.toContain("pension");
    const page = await attempt.agent.submit(asked, { action: "allow", "health:read": "yes" });
    const tokens = await redeem(clinic, { ...attempt, page });
    expect(tokens.claims()).toMatchObject({
      sub: sealed(daughter.citizenId, "clinic"),
      act: { sub: sealed(aygul.citizenId, "clinic") },
    });
    const scopes = String(decodeJwt(tokens.access_token).scope).split(" ");
    expect(scopes).toContain("citizen:read");
    expect(scopes).not.toContain("pension:read");
    expect(await identity.database.query("SELECT 1 FROM consent WHERE client_id = 'clinic'")).toEqual([]);
  });

  it("is not asked at a client that accepts other kinds alone", async () => {
    const pharmacy = await registerFapi2(identity, "pharmacy", { delegation_kinds: ["elderly-parent"] });
    const { page } = await signIn(identity, pharmacy, aygul);
    expect(page.text).not.toContain('name="person"');
  });

  it("is the actor in introspection too, where the token is worth nothing once the right has ended", async () => {
    const { access_token: token } = await redeem(portal, await actFor(portal, guardianship));
    const both = { active: true, sub: sealed(daughter.citizenId), act: { sub: sealed(aygul.citizenId) } };
    expect(await oidc.tokenIntrospection(portal.configuration, token)).toMatchObject(both);
    await comeOfAgeIn(identity.database, daughter, 0);
    expect(await oidc.tokenIntrospection(portal.configuration, token)).toEqual({ active: false });
  });

  it("is the actor in what introspection says of a refresh token, until the right has ended", async () => {
    const { refresh_token: token = "" } = await redeem(portal, await actFor(portal, guardianship));
    const look = () => oidc.tokenIntrospection(portal.configuration, token, { token_type_hint: "refresh_token" });
    const act = { sub: sealed(aygul.citizenId) };
    expect(await look()).toMatchObject({ active: true, sub: sealed(daughter.citizenId), act });
    const hers = await redeem(portal, await actFor(portal, "self"));
    const own = await oidc.tokenIntrospection(portal.configuration, hers.refresh_token ?? "");
    expect(own).toMatchObject({ active: true, sub: sealed(aygul.citizenId) });
    expect(own).not.toHaveProperty("act");
    await comeOfAgeIn(identity.database, daughter, 0);
    expect(await look()).toEqual({ active: false });
  });

  it("is not asked at a client that knows no delegation", async () => {
    const graphiql = await publicClient(identity.issuer, "graphiql", `${identity.config.gatewayUrl}/graphiql/callback`);
    const tokens = await redeem(graphiql, await signIn(identity, graphiql, aygul));
    expect(tokens.claims()?.sub).toBe(sealed(aygul.citizenId));
  });

  it("cannot choose somebody for whom another may act, nor for whom she may act no more", async () => {
    const son = await registerPerson(identity.database, "小明", { years: 8 });
    const foreign = await enterGuardianship(identity.database, wei, son);
    expect((await actFor(portal, foreign)).page.status).toBe(422);
    const { agent, page } = await signIn(identity, portal, aygul);
    await comeOfAgeIn(identity.database, daughter, 0);
    expect((await agent.submit(page, { person: guardianship })).status).toBe(422);
  });
});

describe("acting for another ends", () => {
  it("when the ward comes of age: code, refresh and userinfo are refused from that day", async () => {
    await comeOfAgeIn(identity.database, daughter, 1);
    const attempt = await actFor(portal, guardianship);
    const { refresh_token: refreshToken = "" } = await redeem(portal, attempt);
    const plain = await redeem(portal, await actFor(portal, guardianship, { resource: null, scope: "openid" }));
    await oidc.fetchUserInfo(portal.configuration, plain.access_token, oidc.skipSubjectCheck, proofs(portal));
    const unredeemed = await actFor(portal, guardianship);
    await refresh(portal, refreshToken);

    await comeOfAgeIn(identity.database, daughter, 0);
    const wrongGrant = { status: 400, error: "invalid_grant" };
    expect(await refusalOf(refresh(portal, refreshToken))).toEqual(wrongGrant);
    expect(await refusalOf(redeem(portal, unredeemed))).toEqual(wrongGrant);
    const userinfo = oidc.fetchUserInfo(
      portal.configuration,
      plain.access_token,
      oidc.skipSubjectCheck,
      proofs(portal),
    );
    await expect(userinfo).rejects.toThrow();
    const after = await begin(identity, portal, { agent: attempt.agent });
    expect(after.page.text).toContain('name="person"');
  });
});

describe.each([
  ["the ward", () => daughter],
  ["the guardian", () => aygul],
])("when %s has died", (_who, person) => {
  it("nobody acts on the ground of it any more", async () => {
    const { refresh_token: refreshToken = "" } = await redeem(portal, await actFor(portal, guardianship));
    const { citizenId } = person();
    await identity.database.query("UPDATE citizen SET deceased_on = CURRENT_DATE WHERE citizen_id = $1", [citizenId]);
    const refused = await refusalOf(refresh(portal, refreshToken));
    await identity.database.query("UPDATE citizen SET deceased_on = NULL WHERE citizen_id = $1", [citizenId]);
    expect(refused).toEqual({ status: 400, error: "invalid_grant" });
  });
});

describe("both", () => {
  it("see it in their histories, each with the other's name", async () => {
    await actFor(portal, guardianship);
    const rows = await identity.database.query<{ citizen_id: string; kind: string; client_id: string; detail: object }>(
      "SELECT citizen_id, kind, client_id, detail FROM account_history WHERE kind LIKE 'acted%' ORDER BY entry_id DESC LIMIT 2",
    );
    expect(rows).toContainEqual({
      citizen_id: aygul.citizenId,
      kind: "acted-for-another",
      client_id: "portal",
      detail: { name: "古丽", basis: "parent-of-minor" },
    });
    expect(rows).toContainEqual({
      citizen_id: daughter.citizenId,
      kind: "acted-for-you",
      client_id: "portal",
      detail: { name: aygul.name, basis: "parent-of-minor" },
    });
  });
});
