import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { governmentSector, sectorPseudonyms } from "../../trust/pseudonym.ts";
import { endRights } from "../delegation/ended-rights.ts";
import { removeAccount } from "../store/accounts.ts";
import { aygul, residentIdOf, type TestCitizen, wei } from "./support/citizens.ts";
import { portalClient, redeem, refresh, refusalOf, signIn, type TestClient } from "./support/client.ts";
import { atDelegations, dayFromNow, give, offeredAt } from "./support/delegations.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";

let identity: TestIdentity;
let portal: TestClient;

beforeAll(async () => {
  identity = await startTestIdentity();
  portal = await portalClient(identity);
});
afterAll(() => identity.close());

beforeEach(async () => {
  await identity.database.query("DELETE FROM delegation");
  await identity.database.query("DELETE FROM account_history");
});

const sealed = ({ citizenId }: { readonly citizenId: string }) =>
  sectorPseudonyms(identity.config.pseudonymKey, governmentSector).seal(citizenId);

/** Wei, 70, lets Aygul act for him; she accepts. */
async function delegate(giver: TestCitizen = wei, holder: TestCitizen = aygul): Promise<string> {
  const { agent } = await atDelegations(identity, giver);
  await give(identity, agent, holder);
  return await accept(holder);
}

async function accept(holder: TestCitizen): Promise<string> {
  const { agent, page } = await atDelegations(identity, holder);
  const [delegation = ""] = offeredAt(page, "/account/delegations/accept");
  expect((await agent.submit(page, { delegation })).url.search).toBe("?done=accepted");
  return delegation;
}

async function historyOf({ citizenId }: TestCitizen): Promise<{ kind: string; detail: object }[]> {
  return await identity.database.query<{ kind: string; detail: object }>(
    "SELECT kind, detail FROM account_history WHERE citizen_id = $1 AND kind ~ 'delegat|acted' ORDER BY entry_id",
    [citizenId],
  );
}

async function actFor(delegation: string, citizen: TestCitizen = aygul) {
  const attempt = await signIn(identity, portal, citizen, {
    parameters: { scope: "openid citizen:read health:read pension:read" },
  });
  return { ...attempt, page: await attempt.agent.submit(attempt.page, { person: delegation }) };
}

describe("a delegation", () => {
  it("once accepted gives tokens for the giver, with the parts that he chose", async () => {
    const tokens = await redeem(portal, await actFor(await delegate()));
    const both = { sub: sealed(wei), act: { sub: sealed(aygul) } };
    expect(tokens.claims()).toMatchObject(both);
    expect(decodeJwt(tokens.access_token)).toMatchObject({ ...both, scope: "health:read", withheld: [] });
  });

  it("ends with its last day by the city's clock", async () => {
    const { agent } = await atDelegations(identity, wei);
    const lastDay = dayFromNow(100);
    await give(identity, agent, { ...aygul, lastDay });
    const [row] = await identity.database.query<{ last: Date }>("SELECT valid_until AS last FROM delegation");
    expect(row?.last.toISOString()).toBe(`${lastDay}T16:00:00.000Z`);
  });

  it("gives nothing before it is accepted", async () => {
    const { agent } = await atDelegations(identity, wei);
    await give(identity, agent, aygul);
    const tokens = await redeem(portal, await signIn(identity, portal, aygul));
    expect(tokens.claims()?.sub).toBe(sealed(aygul));
  });

  it.each([
    ["the giver takes it back", wei],
    ["the holder gives it back", aygul],
  ])("ends at once when %s, with refresh tokens, and gateways hear of it", async (_how, citizen) => {
    const delegation = await delegate();
    const { refresh_token: refreshToken = "" } = await redeem(portal, await actFor(delegation));
    const { agent, page } = await atDelegations(identity, citizen);
    expect(offeredAt(page, "/account/delegations/end")).toEqual([delegation]);
    expect((await agent.submit(page, { delegation })).url.search).toBe("?done=ended");
    expect(await refusalOf(refresh(portal, refreshToken))).toEqual({
      status: 400,
      error: "invalid_grant",
    });
    const events = await identity.database.query(
      "SELECT 1 FROM security_event WHERE kind = 'grant-revoked' AND account_id = $1",
      [aygul.citizenId],
    );
    expect(events.length).toBeGreaterThan(0);
    expect((await historyOf(wei)).at(-1)?.kind).toBe("delegation-revoked");
    expect((await historyOf(aygul)).at(-1)?.kind).toBe("delegation-revoked");
  });

  it("ends on its day: refresh is refused, a chore ends the grant and tells both once", async () => {
    const delegation = await delegate();
    const { refresh_token: refreshToken = "", access_token: accessToken } = await redeem(
      portal,
      await actFor(delegation),
    );
    expect(accessToken).toBeTruthy();
    await identity.database.query("UPDATE delegation SET valid_until = now()");
    expect(await refusalOf(refresh(portal, refreshToken))).toMatchObject({ status: 400 });
    await Promise.all([1, 2, 3].map(() => endRights(identity.database, identity.fleeting)));
    for (const citizen of [wei, aygul]) {
      const ends = (await historyOf(citizen)).filter(({ kind }) => kind === "delegation-ended");
      expect(ends).toHaveLength(1);
    }
    const grants = await identity.database.query(
      "SELECT 1 FROM oidc_artefact WHERE payload ? 'actingFor' AND payload -> 'actingFor' <> 'null'",
    );
    expect(grants).toEqual([]);
  });

  it("is gone through in turn with all others, while the grants that rest on it end in the next round", async () => {
    const delegation = await delegate();
    await redeem(portal, await actFor(delegation));
    await identity.database.query("UPDATE delegation SET valid_until = now()");
    const isNoted = async () => (await historyOf(wei)).some(({ kind }) => kind === "delegation-ended");
    const last = "ffffffff-ffff-ffff-ffff-ffffffffffff";
    const places = new Map([
      ["guardianship", last],
      ["delegation", last],
    ]);
    await endRights(identity.database, identity.fleeting, places);
    expect(await isNoted()).toBe(false);
    const grants = await identity.database.query("SELECT 1 FROM oidc_artefact WHERE payload -> 'actingFor' <> 'null'");
    expect(grants).toEqual([]);
    await endRights(identity.database, identity.fleeting, places);
    expect(await isNoted()).toBe(true);
  });

  it("does not come back with an account that is opened again at once", async () => {
    const delegation = await delegate();
    const { refresh_token: refreshToken = "" } = await redeem(portal, await actFor(delegation));
    const { database } = identity;
    const [account] = await database.query<{ account: object }>(
      "SELECT to_jsonb(account) AS account FROM account WHERE citizen_id = $1",
      [wei.citizenId],
    );
    await database.transaction((tx) => removeAccount(tx, wei.citizenId));
    await database.query("INSERT INTO account SELECT * FROM jsonb_populate_record(NULL::account, $1)", [
      JSON.stringify(account?.account),
    ]);
    expect(await refusalOf(refresh(portal, refreshToken))).toMatchObject({ status: 400 });
  });

  it("gives no token that outlives it", async () => {
    const delegation = await delegate();
    await identity.database.query("UPDATE delegation SET valid_until = now() + interval '40 seconds'");
    const { exp = 0, iat = 0 } = decodeJwt((await redeem(portal, await actFor(delegation))).access_token);
    expect(exp - iat).toBeLessThanOrEqual(40);
  });

  it("ends when the giver closes his account, and stays ended when he opens another", async () => {
    const delegation = await delegate();
    const { refresh_token: refreshToken = "" } = await redeem(portal, await actFor(delegation));
    const [account] = await identity.database.query<{ account: object }>(
      "DELETE FROM account WHERE citizen_id = $1 RETURNING to_jsonb(account) AS account",
      [wei.citizenId],
    );
    await endRights(identity.database, identity.fleeting);
    await identity.database.query("INSERT INTO account SELECT * FROM jsonb_populate_record(NULL::account, $1)", [
      JSON.stringify(account?.account),
    ]);
    expect(await refusalOf(refresh(portal, refreshToken))).toMatchObject({ status: 400 });
    const again = await signIn(identity, portal, aygul);
    expect((await redeem(portal, again)).claims()?.sub).toBe(sealed(aygul));
  });

  it("is accepted once by ten at the same time, and told once", async () => {
    const { agent } = await atDelegations(identity, wei);
    await give(identity, agent, aygul);
    const holder = await atDelegations(identity, aygul);
    const [delegation = ""] = offeredAt(holder.page, "/account/delegations/accept");
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => holder.agent.submit(holder.page, { delegation })),
    );
    expect(answers.filter(({ url }) => url.search === "?done=accepted")).toHaveLength(1);
    expect((await historyOf(aygul)).map(({ kind }) => kind)).toEqual(["delegation-accepted"]);
    expect((await historyOf(wei)).map(({ kind }) => kind)).toEqual(["delegation-given", "delegation-accepted"]);
  });

  it("cannot be accepted by anybody but the one it was offered to", async () => {
    const { agent } = await atDelegations(identity, wei);
    await give(identity, agent, aygul);
    const [row] = await identity.database.query<{ delegation_id: string }>("SELECT delegation_id FROM delegation");
    const own = await atDelegations(identity, wei);
    const form = /name="form" value="([^"]*)"/.exec(own.page.text)?.[1] ?? "";
    const body = new URLSearchParams({ form, delegation: row?.delegation_id ?? "" });
    const answer = await own.agent.open(`${identity.issuer}/account/delegations/accept`, { method: "POST", body });
    expect(answer.url.search).toBe("?done=gone");
  });
});

describe("giving a delegation", () => {
  it("sounds the same whether or not the register knows such a person", async () => {
    const { agent } = await atDelegations(identity, wei);
    const known = await give(identity, agent, aygul);
    const [first = ""] = offeredAt(known, "/account/delegations/end");
    await identity.database.query("DELETE FROM delegation");
    const answers = [
      await give(identity, agent, { name: "无此人", residentId: residentIdOf("1980-01-01", "777") }),
      await give(identity, agent, { name: "别的名字", residentId: aygul.residentId }),
    ];
    const plain = (text: string, id: string, name: string) => text.replaceAll(id, "ID").replaceAll(name, "NAME");
    const [unknownId = ""] = offeredAt(answers[0] ?? known, "/account/delegations/end");
    expect(known.url.search).toBe("?done=offered");
    expect(plain(answers[0]?.text ?? "", unknownId, "无此人")).toBe(plain(known.text, first, aygul.name));
    const { page } = await atDelegations(identity, aygul);
    expect(offeredAt(page, "/account/delegations/accept")).toEqual([]);
  });

  it("is refused with each fault named: a mistyped number, her own, a day too far away, nothing chosen", async () => {
    const { agent } = await atDelegations(identity, wei);
    const faults = [
      await give(identity, agent, { name: "", residentId: "123" }),
      await give(identity, agent, wei),
      await give(identity, agent, { ...aygul, lastDay: dayFromNow(4 * 366) }),
      await give(identity, agent, { ...aygul, scopes: "employment:read" }),
    ];
    for (const page of faults) expect(page.status).toBe(422);
    expect(faults[0]?.text).toContain('id="name-fault"');
    expect(faults[0]?.text).toContain('id="residentId-fault"');
    expect(faults[1]?.text).toContain('id="residentId-fault"');
    expect(faults[2]?.text).toContain('id="lastDay-fault"');
    expect(faults[3]?.text).toContain('id="scopes-fault"');
  });

  it("is not open to somebody under 60 who represents no company", async () => {
    const { agent } = await atDelegations(identity, aygul);
    const page = await agent.open(`${identity.issuer}/account/delegations/give`);
    expect(page.status).toBe(403);
  });

  it("asks for a second factor, and for a fresh sign-in", async () => {
    const { agent } = await atDelegations(identity, wei);
    await identity.database.query(
      `UPDATE oidc_artefact SET payload = jsonb_set(payload, '{loginTs}', to_jsonb((payload ->> 'loginTs')::int - 600))
       WHERE model = 'Session' AND payload ->> 'accountId' = $1`,
      [wei.citizenId],
    );
    const page = await agent.open(`${identity.issuer}/account/delegations/give`);
    expect(page.text).toContain('name="password"');
  });

  it("has a bound: ten at a time", async () => {
    const { agent } = await atDelegations(identity, wei);
    for (let i = 0; i < 10; i += 1) expect((await give(identity, agent, aygul)).url.search).toBe("?done=offered");
    expect((await give(identity, agent, aygul)).status).toBe(422);
  });
});

describe("a company", () => {
  it("is acted for by its legal representative and by whom she lets, and is the subject then", async () => {
    const [company] = await identity.database.query<{ company_id: string }>(
      `INSERT INTO company (credit_code, name, legal_representative)
       VALUES ('91000000MA0000001X', '新河果业有限公司', $1) RETURNING company_id`,
      [wei.citizenId],
    );
    const id = company?.company_id ?? "";
    const own = await redeem(portal, await actFor(id, wei));
    const subject = sealed({ citizenId: id });
    expect(own.claims()).toMatchObject({ sub: subject, act: { sub: sealed(wei) } });
    expect(decodeJwt(own.access_token).scope).toBeUndefined();

    const { agent } = await atDelegations(identity, wei);
    await give(identity, agent, aygul, id);
    const tokens = await redeem(portal, await actFor(await accept(aygul)));
    expect(tokens.claims()).toMatchObject({ sub: subject, act: { sub: sealed(aygul) } });
    expect((await historyOf(wei)).at(-1)).toEqual({
      kind: "acted-for-you",
      detail: { name: aygul.name, basis: "company-representative" },
    });
    await identity.database.query("UPDATE company SET dissolved_on = CURRENT_DATE WHERE company_id = $1", [id]);
    await expect(redeem(portal, await signIn(identity, portal, wei))).resolves.toBeTruthy();
  });
});
