import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aygul, wei } from "./support/citizens.ts";
import {
  type Attempt,
  begin,
  portalClient,
  redeem,
  refusalOf,
  registerFapi2,
  signIn,
  type TestClient,
} from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";

const [level1, level2, level3] = ["urn:huimin:loa:1", "urn:huimin:loa:2", "urn:huimin:loa:3"] as const;
let identity: TestIdentity;
let portal: TestClient;

beforeAll(async () => {
  identity = await startTestIdentity();
  portal = await portalClient(identity);
  await identity.database.query("UPDATE account SET proofing = 'none' WHERE citizen_id = $1", [wei.citizenId]);
});
afterAll(() => identity.close());

/** From the page of the second step to where it leads: by a code that comes to her mobile. */
async function proveMobile(attempt: Attempt): Promise<Attempt> {
  const form = await attempt.agent.submit(attempt.page, { action: "send", factor: "sms" });
  const code = /\d{6}/.exec(identity.messages.at(-1)?.text ?? "")?.[0] ?? "";
  return { ...attempt, page: await attempt.agent.submit(form, { code }) };
}

const errorOf = ({ page }: Attempt) => page.leavesTo?.searchParams.get("error");
const acrOf = async (attempt: Attempt, client = portal) => decodeJwt((await redeem(client, attempt)).access_token).acr;
const essential = (acr: object) => ({ claims: JSON.stringify({ id_token: { acr: { essential: true, ...acr } } }) });

describe("a client that demands a level (RFC 9470)", () => {
  it("by acr_values is answered once she has given the second factor, and hears which level it was", async () => {
    const attempt = await signIn(identity, portal, aygul, { parameters: { acr_values: level2 } });
    expect(attempt.page.leavesTo).toBeNull();
    expect(await acrOf(await proveMobile(attempt))).toBe(level2);
  });

  it("gets her without a page when her session reaches the level already", async () => {
    const { agent } = await proveMobile(await signIn(identity, portal, aygul, { parameters: { acr_values: level2 } }));
    for (const parameters of [{ acr_values: level2 }, { acr_values: level1 }, essential({ value: level1 })]) {
      expect(await acrOf(await begin(identity, portal, { agent, parameters }))).toBe(level2);
    }
  });

  it("takes her one step up from a weaker session", async () => {
    const weak = await signIn(identity, portal, aygul);
    expect(await acrOf(weak)).toBe(level1);
    const { agent } = weak;
    const silent = await begin(identity, portal, { agent, parameters: { acr_values: level2, prompt: "none" } });
    expect(errorOf(silent)).toBe("unmet_authentication_requirements");
    const asked = await begin(identity, portal, { agent, parameters: { acr_values: level2 } });
    expect(await acrOf(await proveMobile(asked))).toBe(level2);
  });

  it("by acr as an essential claim gets the weakest level that it accepts", async () => {
    const parameters = essential({ values: [level3, level2] });
    const attempt = await signIn(identity, portal, aygul, { parameters });
    expect(attempt.page.leavesTo).toBeNull();
    expect(await acrOf(await proveMobile(attempt))).toBe(level2);
  });

  it("that exists nowhere hears so, if it is essential to it", async () => {
    const attempt = await begin(identity, portal, { parameters: essential({ value: "urn:elsewhere:gold" }) });
    expect(errorOf(attempt)).toBe("unmet_authentication_requirements");
    const voluntary = await signIn(identity, portal, aygul, { parameters: { acr_values: "urn:elsewhere:gold" } });
    expect(await acrOf(voluntary)).toBe(level1);
  });

  it("hears so when she cannot reach it", async () => {
    const attempt = await signIn(identity, portal, wei, { parameters: { acr_values: level2 } });
    expect(attempt.page.leavesTo).toBeNull();
    const page = await attempt.agent.submit(attempt.page, { action: "unmet" });
    expect(errorOf({ ...attempt, page })).toBe("unmet_authentication_requirements");
  });

  it("in its registration gets it whatever its requests say", async () => {
    const clinic = await registerFapi2(identity, "clinic", { minimum_acr: level2 });
    for (const parameters of [{}, { acr_values: level1 }, essential({ value: level1 })]) {
      const attempt = await signIn(identity, clinic, aygul, { parameters });
      expect(attempt.page.leavesTo).toBeNull();
      expect(attempt.page.text).not.toContain('value="allow"');
    }
  });

  it("that is no level is not registered", async () => {
    const broken = await registerFapi2(identity, "broken", { minimum_acr: "urn:huimin:loa:9" });
    expect(await refusalOf(begin(identity, broken))).toMatchObject({ error: "invalid_client_metadata" });
  });
});
