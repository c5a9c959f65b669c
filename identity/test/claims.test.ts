import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aygul } from "./support/citizens.ts";
import { begin, proofs, redeem, refusalOf, registerFapi2, signIn, type TestClient } from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";

const personal = "openid profile phone address email";
let identity: TestIdentity;
let clinic: TestClient;

beforeAll(async () => {
  identity = await startTestIdentity();
  clinic = await registerFapi2(identity, "clinic", { scope: `${personal} offline_access` });
});
afterAll(() => identity.close());

/** Signs her in, and lets her allow what the client asks for. */
async function allow(client: TestClient, parameters: Record<string, string | null>) {
  await identity.database.query("DELETE FROM consent");
  const attempt = await signIn(identity, client, aygul, { parameters: { resource: null, ...parameters } });
  const page = await attempt.agent.submit(attempt.page, { action: "allow" });
  return { consent: attempt.page, tokens: await redeem(client, { ...attempt, page }) };
}

const userInfo = async (client: TestClient, tokens: Awaited<ReturnType<typeof allow>>["tokens"]) =>
  await oidc.fetchUserInfo(client.configuration, tokens.access_token, tokens.claims()?.sub ?? "", proofs(client));

describe("what a client learns of her (OpenID Connect Core 1.0, 5.4)", () => {
  it("is what it asked for and she allowed, at the userinfo endpoint and not in the ID token", async () => {
    const { consent, tokens } = await allow(clinic, { scope: personal });
    for (const words of ["您的姓名、出生日期和首选语言", "您的手机号", "您的户籍地址"]) {
      expect(consent.text).toContain(words);
    }
    expect(tokens.claims()).not.toHaveProperty("name");
    expect(await userInfo(clinic, tokens)).toEqual({
      sub: tokens.claims()?.sub,
      name: aygul.name,
      birthdate: "1989-12-31",
      locale: "zh-CN",
      phone_number: `+86${aygul.mobile}`,
      phone_number_verified: true,
      address: { street_address: "和平路 1 号", locality: "新城区", postal_code: "000001", country: "CN" },
    });
  });

  it("is nothing but her pseudonym when it asks for nothing more", async () => {
    const { tokens } = await allow(clinic, { scope: "openid" });
    expect(await userInfo(clinic, tokens)).toEqual({ sub: tokens.claims()?.sub });
  });

  it("can be asked for claim by claim, and she is asked about that too", async () => {
    const claims = JSON.stringify({ id_token: { name: { essential: true } }, userinfo: { phone_number: null } });
    const { consent, tokens } = await allow(clinic, { scope: "openid", claims });
    expect(consent.text).toContain("您的手机号");
    expect(tokens.claims()?.name).toBe(aygul.name);
    expect(await userInfo(clinic, tokens)).toEqual({ sub: tokens.claims()?.sub, phone_number: `+86${aygul.mobile}` });
  });

  it("is limited to what the client is registered for, by scope and by claim", async () => {
    const plain = await registerFapi2(identity, "plain");
    const ask = (parameters: Record<string, string>) => refusalOf(begin(identity, plain, { parameters }));
    expect(await ask({ scope: "openid profile" })).toEqual({ status: 400, error: "invalid_scope" });
    for (const target of ["id_token", "userinfo"]) {
      const claims = JSON.stringify({ [target]: { name: null } });
      expect(await ask({ claims })).toEqual({ status: 400, error: "invalid_request" });
    }
  });

  it("comes signed to a client that is registered for that", async () => {
    const strict = await registerFapi2(identity, "strict", {
      scope: "openid profile",
      userinfo_signed_response_alg: "ES256",
    });
    const { tokens } = await allow(strict, { scope: "openid profile" });
    // openid-client takes nothing but a JWT with the right signature, issuer and audience here.
    expect(await userInfo(strict, tokens)).toMatchObject({ name: aygul.name, aud: "strict", iss: identity.issuer });
  });
});

describe("the answer to an authorization request", () => {
  it("comes as one signed token to a client that asks for that (JARM)", async () => {
    const jarm = await registerFapi2(identity, "jarm", { response_modes: ["jwt"] });
    oidc.useJwtResponseMode(jarm.configuration);
    const attempt = await signIn(identity, jarm, aygul);
    const page = await attempt.agent.submit(attempt.page, { action: "allow" });
    expect([...(page.leavesTo?.searchParams.keys() ?? [])]).toEqual(["response"]);
    expect((await redeem(jarm, { ...attempt, page })).access_token).toBeTruthy();
  });

  it("comes as a token when it is an error, too", async () => {
    const jarm = await registerFapi2(identity, "jarm-error", { response_modes: ["jwt"] });
    oidc.useJwtResponseMode(jarm.configuration);
    const attempt = await begin(identity, jarm);
    const page = await attempt.agent.submit(attempt.page, { action: "cancel" });
    await expect(redeem(jarm, { ...attempt, page })).rejects.toMatchObject({ error: "access_denied" });
    expect([...(page.leavesTo?.searchParams.keys() ?? [])]).toEqual(["response"]);
  });
});
