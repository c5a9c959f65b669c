import { decodeJwt } from "jose";
import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aygul, wei } from "./support/citizens.ts";
import { proofs, refusalOf, type TestClient } from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { deviceCode, registerConfidential } from "./support/registration.ts";
import { createUserAgent, type Page, type UserAgent } from "./support/user-agent.ts";

let identity: TestIdentity;
let kiosk: TestClient;

beforeAll(async () => {
  identity = await startTestIdentity();
  kiosk = await registerConfidential(identity, "kiosk", {
    client_name: "自助 <终端>",
    place: "和平社区服务中心一楼",
    grant_types: [deviceCode],
    response_types: [],
    redirect_uris: [],
  });
});
afterAll(() => identity.close());

const begin = () =>
  oidc.initiateDeviceAuthorization(kiosk.configuration, {
    scope: "openid citizen:read",
    resource: identity.graph,
  });
type Begun = Awaited<ReturnType<typeof begin>>;

const poll = ({ device_code: code }: Begun) =>
  oidc.genericGrantRequest(kiosk.configuration, deviceCode, { device_code: code }, proofs(kiosk));
const openForm = (agent: UserAgent, query = "") => agent.open(`${identity.issuer}/device${query}`);

/** Enters the code and lands on the page that shows the device. */
async function enter(agent: UserAgent, userCode: string): Promise<Page> {
  return await agent.submit(await openForm(agent), { user_code: userCode });
}

/** From the page that shows the device to the one that says it is connected. */
async function accept(agent: UserAgent, confirmation: Page, citizen = aygul): Promise<Page> {
  const asked = await agent.submit(confirmation, { confirm: "yes" });
  const consent = await agent.submit(asked, { login: citizen.residentId, password: citizen.password });
  return await agent.submit(consent, { action: "allow" });
}

const entriesOf = ({ citizenId }: { citizenId: string }) =>
  identity.database.query<{ kind: string; client_id: string }>(
    "SELECT kind, client_id FROM account_history WHERE citizen_id = $1 AND kind = 'device-connected'",
    [citizenId],
  );

describe("connecting a kiosk (RFC 8628)", () => {
  it("gives the kiosk her tokens once she has entered its code, compared it and allowed it", async () => {
    const begun = await begin();
    expect(begun).toMatchObject({ interval: 5, expires_in: 600, verification_uri: `${identity.issuer}/device` });
    expect(begun.user_code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    const tokens = oidc.pollDeviceAuthorizationGrant(kiosk.configuration, begun, {}, proofs(kiosk));

    const agent = createUserAgent(identity.issuer);
    const confirmation = await enter(agent, begun.user_code);
    expect(confirmation.text).toContain("自助 &lt;终端&gt;");
    expect(confirmation.text).toContain("和平社区服务中心一楼");
    expect(confirmation.text).toContain(begun.user_code);
    const connected = await accept(agent, confirmation, wei);
    expect(connected.status).toBe(200);
    expect(connected.text).toContain("设备已连接");

    const { access_token: accessToken, claims } = await tokens;
    expect(decodeJwt(accessToken)).toMatchObject({
      aud: identity.graph,
      client_id: "kiosk",
      scope: "citizen:read",
      amr: ["pwd"],
      grant: expect.any(String),
      sid: expect.any(String),
    });
    expect(decodeJwt(accessToken).sub).toMatch(/^hm1_/);
    expect(claims).toBeTypeOf("function");
    expect(await entriesOf(wei)).toEqual([{ kind: "device-connected", client_id: "kiosk" }]);
  });

  it("takes the code in small letters and without its hyphen", async () => {
    const begun = await begin();
    const page = await enter(createUserAgent(identity.issuer), begun.user_code.toLowerCase().replace("-", " "));
    expect(page.text).toContain(begun.user_code);
  });

  it("only fills in the code of verification_uri_complete: she sends it herself, and no script does", async () => {
    const begun = await begin();
    const agent = createUserAgent(identity.issuer);
    const form = await agent.open(begun.verification_uri_complete ?? "");
    expect(form.text).toContain(`value="${begun.user_code}"`);
    expect(form.text).not.toContain("<script");
    expect(form.headers.get("content-security-policy")).not.toContain("script-src");
    expect(form.text).toContain(`user_code=${begun.user_code}&amp;lang=ug`);
    const confirmation = await agent.submit(form, { user_code: begun.user_code });
    expect(confirmation.text).toContain('name="confirm"');
  });

  it("says access_denied to the kiosk when she does not know it, and tells it nothing", async () => {
    const begun = await begin();
    const agent = createUserAgent(identity.issuer);
    const page = await agent.submit(await enter(agent, begun.user_code), { abort: "yes" });
    expect(page.text).toContain("未连接设备");
    expect(await refusalOf(poll(begun))).toEqual({ status: 400, error: "access_denied" });
  });

  it("says access_denied when she signs in but does not allow it", async () => {
    const begun = await begin();
    const agent = createUserAgent(identity.issuer);
    const asked = await agent.submit(await enter(agent, begun.user_code), { confirm: "yes" });
    const consent = await agent.submit(asked, { login: aygul.residentId, password: aygul.password });
    const page = await agent.submit(consent, { action: "cancel" });
    expect(page.text).toContain("未连接设备");
    expect(await refusalOf(poll(begun))).toEqual({ status: 400, error: "access_denied" });
    expect(await entriesOf(aygul)).toEqual([]);
  });

  it("asks at each connection anew: what she allowed at a shared device is remembered nowhere", async () => {
    const agent = createUserAgent(identity.issuer);
    const [first, second] = [await begin(), await begin()];
    await accept(agent, await enter(agent, first.user_code));
    expect(await poll(first)).toMatchObject({ scope: "citizen:read" });
    expect(await identity.database.query("SELECT FROM consent WHERE client_id = 'kiosk'")).toEqual([]);
    // In the same browser, still signed in.
    const asked = await agent.submit(await enter(agent, second.user_code), { confirm: "yes" });
    expect(asked.text).toContain('value="allow"');
    expect(await refusalOf(poll(second))).toMatchObject({ error: "authorization_pending" });
    await agent.submit(asked, { action: "allow" });
    expect(await poll(second)).toMatchObject({ scope: "citizen:read" });
  });

  it("is for confidential clients that are registered for it", async () => {
    const other = await registerConfidential(identity, "no-kiosk", {});
    const refused = refusalOf(oidc.initiateDeviceAuthorization(other.configuration, { scope: "openid" }));
    expect(await refused).toMatchObject({ status: 400 });
    const body = new URLSearchParams({ client_id: "kiosk", scope: "openid" });
    const unproven = await fetch(`${identity.issuer}/device/auth`, { method: "POST", body });
    expect(unproven.status).toBe(401);
  });
});

describe("a user code", () => {
  it.each([
    ["is asked for when it is missing", "", "请输入代码"],
    ["that nobody waits for is told to be compared again", "BBBB-BBBB", "没有设备在等待"],
  ])("%s", async (_case, userCode, text) => {
    const page = await enter(createUserAgent(identity.issuer), userCode);
    expect(page.status).toBe(422);
    expect(page.text).toContain(text);
    expect(page.text).toContain('aria-invalid="true"');
  });

  it("is not taken from another site's form", async () => {
    const begun = await begin();
    const agent = createUserAgent(identity.issuer);
    await openForm(agent);
    const body = new URLSearchParams({ user_code: begun.user_code, confirm: "yes", xsrf: "guessed" });
    const page = await agent.open(`${identity.issuer}/device`, { method: "POST", body });
    expect(page.status).toBe(422);
    expect(page.text).toContain("页面打开时间过长");
    expect(await refusalOf(poll(begun))).toMatchObject({ error: "authorization_pending" });
  });

  it("goes on in exactly one of ten browsers that confirm it at the same time", async () => {
    const begun = await begin();
    const agents = Array.from({ length: 10 }, () => createUserAgent(identity.issuer));
    const confirmations = await Promise.all(agents.map((agent) => enter(agent, begun.user_code)));
    const ends = await Promise.all(
      agents.map((agent, i) => agent.submit(confirmations[i] as Page, { confirm: "yes" })),
    );
    expect(ends.filter(({ text }) => text.includes('name="password"'))).toHaveLength(1);
    expect(ends.filter(({ text }) => text.includes("代码已被使用"))).toHaveLength(9);
  });

  it("is either taken or refused, never both", async () => {
    const begun = await begin();
    const agents = Array.from({ length: 6 }, () => createUserAgent(identity.issuer));
    const confirmations = await Promise.all(agents.map((agent) => enter(agent, begun.user_code)));
    const ends = await Promise.all(
      agents.map((agent, i) =>
        agent.submit(confirmations[i] as Page, i % 2 === 0 ? { confirm: "yes" } : { abort: "yes" }),
      ),
    );
    const won = ends.filter(({ text }) => text.includes('name="password"') || text.includes("未连接设备"));
    expect(won).toHaveLength(1);
  });
});

describe("a device code", () => {
  const connect = async () => {
    const begun = await begin();
    const agent = createUserAgent(identity.issuer);
    await accept(agent, await enter(agent, begun.user_code));
    return { begun, agent };
  };

  it("gives exactly one token to ten who redeem it at the same time", async () => {
    const { begun } = await connect();
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => poll(begun)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason).toMatchObject({ error: "invalid_grant" });
    }
  });

  it("is worth nothing to another client", async () => {
    const { begun } = await connect();
    const other = await registerConfidential(identity, "other-kiosk", {
      grant_types: [deviceCode],
      response_types: [],
      redirect_uris: [],
    });
    const stolen = oidc.genericGrantRequest(
      other.configuration,
      deviceCode,
      { device_code: begun.device_code },
      proofs(other),
    );
    expect(await refusalOf(stolen)).toEqual({ status: 400, error: "invalid_grant" });
  });

  it("is worth nothing once she has signed out where she allowed it", async () => {
    const { begun, agent } = await connect();
    const signOut = await agent.open(`${identity.issuer}/session/end`);
    await agent.submit(signOut, { logout: "yes" });
    expect(await refusalOf(poll(begun))).toEqual({ status: 400, error: "invalid_grant" });
  });

  it("that is asked about too often is told to slow down (RFC 8628, 3.5)", async () => {
    const begun = await begin();
    const answers = await Promise.all(Array.from({ length: 5 }, () => refusalOf(poll(begun))));
    const errors = answers.map(({ error }) => error).sort();
    expect(errors).toEqual(["authorization_pending", "slow_down", "slow_down", "slow_down", "slow_down"]);
  });
});

// The last: the network that the tests come from has to wait after it.
describe("user codes", () => {
  it("cannot be guessed at leisure: after thirty misses the network waits", async () => {
    const agent = createUserAgent(identity.issuer);
    const guess = async () => (await enter(agent, "CCCC-CCCC")).status;
    const statuses: number[] = [];
    for (let i = 0; i < 31; i += 1) statuses.push(await guess());
    expect(statuses.at(0)).toBe(422);
    expect(statuses.at(-1)).toBe(429);
    const begun = await begin();
    expect((await enter(agent, begun.user_code)).text).not.toContain('name="confirm"');
  });
});
