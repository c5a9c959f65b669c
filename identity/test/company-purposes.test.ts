/** What a citizen allows a company to read by itself, and what the company gets for it at identity. */
import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { languages } from "../../platform/i18n.ts";
import { purposeScope, purposes } from "../../trust/purposes.ts";
import { aygul } from "./support/citizens.ts";
import { begin, redeem, refusalOf, registerFapi2, registerPublic, signIn, type TestClient } from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { ownToken } from "./support/registration.ts";

const purpose = "supply-contract";
const scope = purposeScope(purpose);
const wording = purposes.get(purpose)?.wording.en ?? "";

let identity: TestIdentity;
/** Where the water company's customers sign in, and a bank's, whose sector has no purposes. */
let water: TestClient;
let bank: TestClient;

beforeAll(async () => {
  identity = await startTestIdentity();
  water = await registerPublic(identity, "water-app", { sector: "waterco" });
  bank = await registerPublic(identity, "bank", { sector: "bank" });
});
afterAll(() => identity.close());
beforeEach(() => identity.database.query("DELETE FROM consent"));

const asking = (ui_locales = "en") => ({ parameters: { scope: `openid citizen:read ${scope}`, ui_locales } });

const consents = () => identity.database.query("SELECT client_id, scopes, declined FROM consent");

describe("a company that asks to read a citizen by itself", () => {
  it.each(languages)("asks her in %s for what, and what it would see, by a tick of its own", async (language) => {
    const { page } = await signIn(identity, water, aygul, asking(language));
    expect(page.text).toContain(purposes.get(purpose)?.wording[language]);
    expect(page.text).toMatch(new RegExp(`type="checkbox" name="${scope}" value="yes">`));
  });

  it("is remembered as allowed when she has ticked it", async () => {
    const attempt = await signIn(identity, water, aygul, asking());
    const page = await attempt.agent.submit(attempt.page, { action: "allow", [scope]: "yes" });
    expect(decodeJwt((await redeem(water, { ...attempt, page })).access_token).scope).toBe(`citizen:read ${scope}`);
    expect(await consents()).toEqual([
      { client_id: "water-app", scopes: expect.arrayContaining([scope]), declined: [] },
    ]);
  });

  it("is remembered as refused when she has not, and everything else goes on", async () => {
    const attempt = await signIn(identity, water, aygul, asking());
    const page = await attempt.agent.submit(attempt.page, { action: "allow" });
    expect(decodeJwt((await redeem(water, { ...attempt, page })).access_token).scope).toBe("citizen:read");
    expect(await consents()).toMatchObject([{ declined: [scope] }]);
  });

  it.each([
    [
      "with everything else that it asks for",
      `openid citizen:read ${scope}`,
      [expect.objectContaining({ declined: [scope] })],
    ],
    ["alone", scope, [{ client_id: "water-app", scopes: ["openid"], declined: [scope] }]],
  ])("can be taken back when it asks anew, %s", async (_how, asked, left) => {
    const attempt = await signIn(identity, water, aygul, { parameters: { scope: `openid ${scope}` } });
    await attempt.agent.submit(attempt.page, { action: "allow", [scope]: "yes" });
    const again = await begin(identity, water, {
      agent: attempt.agent,
      parameters: { scope: asked, prompt: "consent" },
    });
    expect(again.page.text).toMatch(new RegExp(`name="${scope}" value="yes" checked>`));
    await attempt.agent.submit(again.page, { action: "allow" });
    expect(await consents()).toEqual(left);
  });

  it("stands among her applications with what it reads by itself, until she stops it", async () => {
    const attempt = await signIn(identity, water, aygul, asking());
    await attempt.agent.submit(attempt.page, { action: "allow", [scope]: "yes" });
    const page = await attempt.agent.open(`${identity.issuer}/account/applications?lang=en`);
    expect(page.text).toContain(
      `Also while you are not signed in</h3><ul class="points"><li>${wording} (it sees: Name)`,
    );
    await attempt.agent.submit(page, { client: "water-app" });
    expect(await consents()).toEqual([]);
  });

  it("is not asked about for a company whose purpose it is not", async () => {
    const { page } = await signIn(identity, bank, aygul, asking());
    expect(page.text).toContain("Your name, date of birth");
    expect(page.text).not.toContain(wording);
  });

  it("is not asked about by a program that anybody may pose as: its answer would not be remembered", async () => {
    const phone = await registerPublic(identity, "water-phone", {
      sector: "waterco",
      application_type: "native",
      redirect_uris: ["http://localhost/water"],
    });
    const client = { ...phone, redirectUri: "http://localhost/water" };
    const attempt = await signIn(identity, client, aygul, asking());
    expect(attempt.page.text).not.toContain(wording);
    const forged = new URLSearchParams({ action: "allow", [scope]: "yes" });
    const end = await attempt.agent.open(attempt.page.url, { method: "POST", body: forged });
    const { access_token: token } = await redeem(client, { ...attempt, page: end });
    expect([decodeJwt(token).scope, await consents()]).toEqual(["citizen:read", []]);
  });

  it("asks again in the next session only when it wants more", async () => {
    const before = await signIn(identity, water, aygul, { parameters: { scope: "openid citizen:read" } });
    await before.agent.submit(before.page, { action: "allow" });
    const { page } = await begin(identity, water, { agent: before.agent, ...asking() });
    expect(page.text).toContain(wording);
  });
});

describe("a token for the graph in a client's own name (RFC 6749, 4.4)", () => {
  const service = async (clientId: string, sector: string) =>
    await registerFapi2(identity, clientId, {
      sector,
      grant_types: ["client_credentials"],
      response_types: [],
      redirect_uris: [],
      client_credentials_scope: "citizen:read",
    });

  it("says of which sector the company is, and lasts five minutes", async () => {
    const client = await service("water-billing", "waterco");
    const { access_token: token } = await ownToken(client, { resource: identity.graph, scope: "citizen:read" });
    const { exp = 0, iat = 0, ...claims } = decodeJwt(token);
    expect(exp - iat).toBe(300);
    expect(claims).toMatchObject({
      aud: identity.graph,
      sub: "water-billing",
      client_id: "water-billing",
      scope: "citizen:read",
      sector: "waterco",
      cnf: { jkt: await client.dpop?.calculateThumbprint() },
    });
  });

  it("has no scope that the operator has not registered for it", async () => {
    const client = await service("water-meters", "waterco");
    const refused = refusalOf(ownToken(client, { resource: identity.graph, scope: "health:read" }));
    expect(await refused).toEqual({ status: 400, error: "invalid_scope" });
  });

  it.each(["bank", "government"])(
    "is not given in the sector %s, which has no purpose of companies",
    async (sector) => {
      const client = await service(`service-of-${sector}`, sector);
      const refused = refusalOf(ownToken(client, { resource: identity.graph, scope: "citizen:read" }));
      expect(await refused).toEqual({ status: 400, error: "invalid_target" });
    },
  );
});
