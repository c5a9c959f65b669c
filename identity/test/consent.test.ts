import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sectorPseudonyms } from "../../trust/pseudonym.ts";
import { isUnder14 } from "../interaction/age.ts";
import { aygul, wei } from "./support/citizens.ts";
import {
  type Attempt,
  begin,
  portalClient,
  publicClient,
  redeem,
  refresh,
  refusalOf,
  registerBank,
  registerOidc,
  signIn,
  type TestClient,
} from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { createUserAgent } from "./support/user-agent.ts";

let identity: TestIdentity;
let bank: TestClient;

beforeAll(async () => {
  identity = await startTestIdentity();
  bank = await registerBank(identity);
});
afterAll(() => identity.close());

// Decisions outlive sessions.
beforeEach(() => identity.database.query("DELETE FROM consent"));

const inEnglish = { parameters: { ui_locales: "en" } };

describe("a client that is not the city's own", () => {
  it("has to be allowed, by name and in plain words for what it asks", async () => {
    const { page } = await signIn(identity, bank, aygul, inEnglish);
    expect(page.leavesTo).toBeNull();
    expect(page.text).toContain("新河 &lt;银行&gt;");
    expect(page.text).toContain("Your name, date of birth and registered address");
    expect(page.text).toContain("Your health insurance, visits and prescriptions");
    expect(page.text).not.toContain("Your pension");
  });

  it("gets what she allowed, under the pseudonym of its own sector", async () => {
    const attempt = await signIn(identity, bank, aygul, inEnglish);
    const page = await attempt.agent.submit(attempt.page, { action: "allow", "health:read": "yes" });
    const { access_token: token } = await redeem(bank, { ...attempt, page });
    expect(decodeJwt(token)).toMatchObject({
      aud: identity.graph,
      scope: "citizen:read health:read",
      sub: sectorPseudonyms(identity.config.pseudonymKey, "bank").seal(aygul.citizenId),
    });
  });

  it("is told access_denied when she does not allow it, and is asked again next time", async () => {
    const attempt = await signIn(identity, bank, aygul, inEnglish);
    const end = await attempt.agent.submit(attempt.page, { action: "cancel" });
    expect(end.leavesTo?.searchParams.get("error")).toBe("access_denied");
    const { page } = await begin(identity, bank, { agent: attempt.agent });
    expect(page.leavesTo).toBeNull();
  });

  it("gets nothing for a form that says neither", async () => {
    const attempt = await signIn(identity, bank, aygul, inEnglish);
    const page = await attempt.agent.open(attempt.page.url, { method: "POST", body: new URLSearchParams() });
    expect(page.leavesTo).toBeNull();
  });

  it("is asked about once in a session, and again when it asks for more", async () => {
    const agent = createUserAgent(identity.issuer);
    const attempt = await signIn(identity, bank, aygul, { agent });
    await agent.submit(attempt.page, { action: "allow" });
    expect((await begin(identity, bank, { agent })).page.leavesTo).not.toBeNull();
    const more = { parameters: { scope: "openid citizen:read pension:read" } };
    expect((await begin(identity, bank, { agent, ...more })).page.leavesTo).toBeNull();
  });

  it("says where it leads and where its access can be stopped", async () => {
    const { page } = await signIn(identity, bank, aygul, inEnglish);
    expect(page.text).toContain(new URL(bank.redirectUri).host);
    expect(page.text).toContain('href="/account/applications"');
  });

  it("must belong to a sector, or it is none", async () => {
    const shop = await registerOidc(identity, "shop", { sector: undefined });
    const { page } = await begin(identity, shop);
    expect(page.status).toBe(400);
    expect(page.leavesTo).toBeNull();
  });
});

describe("a client of the city", () => {
  it("is not asked about, but for a client that wishes it", async () => {
    const portal = await portalClient(identity);
    expect((await signIn(identity, portal, aygul)).page.leavesTo).not.toBeNull();
    const asking = await signIn(identity, portal, aygul, { parameters: { prompt: "consent", ui_locales: "en" } });
    expect(asking.page.text).toContain("Do you allow this?");
    const page = await asking.agent.submit(asking.page, { action: "allow" });
    expect((await redeem(portal, { ...asking, page })).access_token).toBeTruthy();
  });
});

const scopesOf = async (attempt: Attempt) => decodeJwt((await redeem(bank, attempt)).access_token).scope;

describe("what tells of health or money", () => {
  const money = { parameters: { scope: "openid citizen:read health:read pension:read", ui_locales: "en" } };

  it("is allowed by a tick of its own, and none is set beforehand", async () => {
    const attempt = await signIn(identity, bank, aygul, money);
    expect(attempt.page.text).toMatch(/type="checkbox" name="health:read" value="yes">/);
    expect(attempt.page.text).toMatch(/type="checkbox" name="pension:read" value="yes">/);
    expect(attempt.page.text).not.toMatch(/type="checkbox" name="citizen:read"/);
    const page = await attempt.agent.submit(attempt.page, { action: "allow", "pension:read": "yes" });
    expect(await scopesOf({ ...attempt, page })).toBe("citizen:read pension:read");
  });

  it("is not asked about again once she has left it out, unless the client insists; then she can change her mind, for all her sessions", async () => {
    const attempt = await signIn(identity, bank, aygul, money);
    await attempt.agent.submit(attempt.page, { action: "allow", "pension:read": "yes" });
    const again = await begin(identity, bank, { agent: attempt.agent, ...money });
    expect(await scopesOf(again)).toBe("citizen:read pension:read");
    const elsewhere = await signIn(identity, bank, aygul, money);
    const { refresh_token: token = "" } = await redeem(bank, elsewhere);
    const parameters = { ...money.parameters, prompt: "consent" };
    const asked = await begin(identity, bank, { agent: attempt.agent, parameters });
    expect(asked.page.text).toMatch(/name="pension:read" value="yes" checked>/);
    const page = await attempt.agent.submit(asked.page, { action: "allow", "health:read": "yes" });
    expect(await scopesOf({ ...asked, page })).toBe("citizen:read health:read");
    expect(await refusalOf(refresh(bank, token))).toMatchObject({
      error: "invalid_grant",
    });
    const afterwards = await signIn(identity, bank, aygul, money);
    expect(await scopesOf(afterwards)).toBe("citizen:read health:read");
    const { text } = await attempt.agent.open(`${identity.issuer}/account/applications?lang=en`);
    const [entry = ""] = /id="a-bank".*?<\/form>/s.exec(text) ?? [];
    expect(entry).toMatch(/It may see<\/h3>.*Your health insurance.*You left out<\/h3>.*Your pension contributions/s);
    expect(entry.match(/Your pension contributions/g)).toHaveLength(1);
  });
});

describe("a decision", () => {
  it("holds in the next session for the same or less, and is asked about for more", async () => {
    const attempt = await signIn(identity, bank, aygul);
    await attempt.agent.submit(attempt.page, { action: "allow", "health:read": "yes" });
    await attempt.agent.open(`${identity.issuer}/account`);
    const next = await signIn(identity, bank, aygul);
    expect(await scopesOf(next)).toBe("citizen:read health:read");
    const less = await signIn(identity, bank, aygul, { parameters: { scope: "openid citizen:read" } });
    expect(await scopesOf(less)).toBe("citizen:read");
    const more = await signIn(identity, bank, aygul, { parameters: { scope: "openid citizen:read utilities:read" } });
    expect(more.page.leavesTo).toBeNull();
  });

  it("is hers alone, and for this client alone", async () => {
    const attempt = await signIn(identity, bank, aygul);
    await attempt.agent.submit(attempt.page, { action: "allow" });
    expect((await signIn(identity, bank, wei)).page.leavesTo).toBeNull();
  });

  it("stands in her history with the client that it was about", async () => {
    await identity.database.query("DELETE FROM account_history");
    const attempt = await signIn(identity, bank, aygul);
    await attempt.agent.submit(attempt.page, { action: "allow" });
    const told = await identity.database.query(
      "SELECT client_id, detail FROM account_history WHERE citizen_id = $1 AND kind = 'consent-given'",
      [aygul.citizenId],
    );
    expect(told).toEqual([{ client_id: "bank", detail: { scopes: "openid citizen:read" } }]);
  });

  it("is not remembered for a native client, which any program may pose as", async () => {
    const redirectUri = "http://localhost/budget";
    const metadata = { redirect_uris: [redirectUri], application_type: "native", sector: "budget", profile: "public" };
    await identity.database.query("INSERT INTO oidc_client (client_id, metadata) VALUES ('budget', $1)", [
      JSON.stringify(metadata),
    ]);
    const budget = await publicClient(identity.issuer, "budget", redirectUri);
    const attempt = await signIn(identity, budget, aygul);
    const end = await attempt.agent.submit(attempt.page, { action: "allow" });
    expect(end.leavesTo).not.toBeNull();
    expect((await begin(identity, budget, { agent: attempt.agent })).page.leavesTo).toBeNull();
    expect((await signIn(identity, budget, aygul)).page.leavesTo).toBeNull();
  });
});

describe("a child under fourteen", () => {
  const year = new Date().getUTCFullYear();
  const bornOn = (day: string) =>
    identity.database.query("UPDATE citizen SET birth_date = $2 WHERE citizen_id = $1", [wei.citizenId, day]);

  it("cannot allow a client anything by itself, whatever its browser sends", async () => {
    await bornOn(`${year - 13}-06-15`);
    const attempt = await signIn(identity, bank, wei, inEnglish);
    expect(attempt.page.text).toContain("Your guardian must decide this");
    expect(attempt.page.text).not.toContain('value="allow"');
    const body = new URLSearchParams({ action: "allow" });
    const answer = await attempt.agent.open(attempt.page.url, { method: "POST", body });
    expect(answer.text).toContain("Your guardian must decide this");
    const end = await attempt.agent.submit(attempt.page, { action: "cancel" });
    expect(end.leavesTo?.searchParams.get("error")).toBe("access_denied");
  });

  it("is none from the morning of its fourteenth birthday in the city", () => {
    expect(isUnder14("2012-11-26", new Date("2026-11-25T15:59:59Z"))).toBe(true);
    expect(isUnder14("2012-11-26", new Date("2026-11-25T16:00:00Z"))).toBe(false);
    expect(isUnder14("2012-02-29", new Date("2026-02-28T12:00:00Z"))).toBe(true);
    expect(isUnder14("2012-02-29", new Date("2026-03-01T00:00:00Z"))).toBe(false);
  });

  it("can when it is older", async () => {
    await bornOn(`${year - 16}-06-15`);
    const attempt = await signIn(identity, bank, wei, inEnglish);
    expect(attempt.page.text).toContain('value="allow"');
  });
});
