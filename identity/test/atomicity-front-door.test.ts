/** Ten requests at the same moment, as clients and browsers send them, on every store that they may meet. */
import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testRedisUrl } from "../../platform/test/redis.ts";
import { aygul } from "./support/citizens.ts";
import { depart, portalClient, proofs, redeem, registerBank, signIn, type TestClient } from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { createUserAgent } from "./support/user-agent.ts";

const stores = [["in the process", true] as const, ...(testRedisUrl ? [["in Redis", false] as const] : [])];
const ten = Array.from({ length: 10 }, (_, n) => n);

describe.each(stores)("with what may be lost kept %s", (_where, inProcess) => {
  let identity: TestIdentity;
  let portal: TestClient;
  let bank: TestClient;

  beforeAll(async () => {
    identity = await startTestIdentity(undefined, { inProcess });
    portal = await portalClient(identity);
    bank = await registerBank(identity);
  });
  afterAll(() => identity.close());

  /** The answers to one request for fresh tokens that is sent ten times, down to its proofs. */
  async function refreshTenTimes(client: TestClient, refreshToken: string) {
    const sent = Promise.withResolvers<{ url: string; init: RequestInit }>();
    client.configuration[oidc.customFetch] = async (url, { method, headers, body }) => {
      sent.resolve({ url, init: { method, headers, body: body as BodyInit } });
      throw new Error("kept back");
    };
    await oidc.refreshTokenGrant(client.configuration, refreshToken, undefined, proofs(client)).catch(() => {});
    client.configuration[oidc.customFetch] = fetch as oidc.CustomFetch;
    const { url, init } = await sent.promise;
    const responses = await Promise.all(ten.map(() => fetch(url, init)));
    return await Promise.all(
      responses.map(async (response) => ({
        status: response.status,
        error: ((await response.json()) as { error?: string }).error,
      })),
    );
  }

  it("a code gives tokens to one", async () => {
    const attempt = await signIn(identity, portal, aygul);
    const results = await Promise.allSettled(ten.map(() => redeem(portal, attempt)));
    const reasons = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    expect(reasons).toHaveLength(9);
    for (const reason of reasons) expect(reason).toMatchObject({ error: "invalid_grant" });
  });

  it("a pushed request gives a code to one", async () => {
    const { url } = await depart(identity, portal);
    const agents = ten.slice(0, 4).map(() => createUserAgent(identity.issuer));
    const forms = await Promise.all(agents.map(async (agent) => ({ agent, page: await agent.open(url) })));
    const fields = { login: aygul.residentId, password: aygul.password };
    const ends = await Promise.all(forms.map(({ agent, page }) => agent.submit(page, fields)));
    expect(ends.filter(({ leavesTo }) => leavesTo?.searchParams.has("code"))).toHaveLength(1);
  });

  it("a client's assertion counts for one", async () => {
    const { refresh_token: token = "" } = await redeem(portal, await signIn(identity, portal, aygul));
    const answers = await refreshTenTimes(portal, token);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ error }) => error === "invalid_client")).toHaveLength(9);
  });

  it("a proof of possession counts for one, and the others hear that it is the proof", async () => {
    const asked = await signIn(identity, bank, aygul);
    const page = await asked.agent.submit(asked.page, { action: "allow", "health:read": "yes" });
    const { refresh_token: token = "" } = await redeem(bank, { ...asked, page });
    const answers = await refreshTenTimes(bank, token);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ error }) => error === "invalid_dpop_proof")).toHaveLength(9);
  });
});
