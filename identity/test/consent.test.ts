import { decodeJwt } from "jose";
import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sectorPseudonyms } from "../../trust/pseudonym.ts";
import { aygul } from "./support/citizens.ts";
import { begin, portalClient, redeem, registerBank, signIn, type TestClient } from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { createUserAgent } from "./support/user-agent.ts";

let identity: TestIdentity;
let bank: TestClient;

beforeAll(async () => {
  identity = await startTestIdentity();
  bank = await registerBank(identity);
});
afterAll(() => identity.close());

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
    const page = await attempt.agent.submit(attempt.page, { action: "allow" });
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

  it("keeps a refresh token that changes with each use; of ten uses at the same time one succeeds", async () => {
    const attempt = await signIn(identity, bank, aygul, inEnglish);
    const page = await attempt.agent.submit(attempt.page, { action: "allow" });
    const { refresh_token: first = "" } = await redeem(bank, { ...attempt, page });
    const uses = Array.from({ length: 10 }, () => oidc.refreshTokenGrant(bank.configuration, first));
    const results = await Promise.allSettled(uses);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason).toMatchObject({ status: 400, error: "invalid_grant" });
    }
  });

  it("must belong to a sector, or it is none", async () => {
    const metadata = { redirect_uris: ["https://shop.example/callback"] };
    await identity.database.query("INSERT INTO oidc_client (client_id, metadata) VALUES ('shop', $1)", [
      JSON.stringify(metadata),
    ]);
    const { page } = await begin(identity, bank, { parameters: { client_id: "shop" } });
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
