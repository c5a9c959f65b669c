import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLimiters } from "../credentials/limiters.ts";
import { aygul, residentIdOf } from "./support/citizens.ts";
import { portalClient, redeem, signIn, type TestClient } from "./support/client.ts";
import { smsCode } from "./support/factors.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { createUserAgent, type Page, type UserAgent } from "./support/user-agent.ts";

let identity: TestIdentity;
let portal: TestClient;

/** A person of the register without an account. */
const dana = {
  citizenId: "3d5f9a10-7c1e-4f0b-9a77-6b1f2c3d4e03",
  residentId: residentIdOf("1994-06-01", "127"),
  mobile: "19900000031",
  password: "a quiet evening",
  name: "达娜·哈力别克",
};
const today = new Date();
const thirteen = residentIdOf(`${today.getFullYear() - 13}-01-01`, "033");

beforeAll(async () => {
  identity = await startTestIdentity();
  portal = await portalClient(identity);
  for (const [residentId, name] of [
    [dana.residentId, dana.name],
    [thirteen, "小明"],
  ] as const) {
    await identity.database.query(
      `INSERT INTO citizen (citizen_id, resident_id, name, birth_date)
       VALUES (CASE WHEN $1 = $4 THEN $5::uuid ELSE gen_random_uuid() END, $1, $2, $3)`,
      [residentId, name, residentId.slice(6, 14), dana.residentId, dana.citizenId],
    );
  }
});
afterAll(() => identity.close());
beforeEach(async () => {
  await identity.database.query("DELETE FROM account WHERE citizen_id = $1", [dana.citizenId]);
  await identity.database.query("DELETE FROM account_history WHERE citizen_id = $1", [dana.citizenId]);
  await contactIs(dana.mobile);
  const limiters = createLimiters(identity.fleeting, identity.config.cookieKey);
  const subject = { account: dana.residentId, mobile: dana.mobile };
  await limiters.forgive(["register-account", "sms-send-account", "sms-send-mobile"], subject);
});

/** What the register knows of Dana. */
const contactIs = (mobile: string | null) =>
  identity.database.query("UPDATE citizen SET contact_mobile = $2 WHERE citizen_id = $1", [dana.citizenId, mobile]);

interface Details {
  readonly name: string;
  readonly residentId: string;
  readonly mobile: string;
}

/** Goes on until a password is asked for. */
async function prove(
  details: Details,
  agent: UserAgent = createUserAgent(identity.issuer, { "accept-language": "en" }),
) {
  const since = identity.messages.length;
  const door = await agent.open(`${identity.issuer}/register`);
  const asked = await agent.submit(door, {
    name: details.name,
    residentId: details.residentId,
    mobile: details.mobile,
  });
  expect(asked.url.pathname).toBe("/register/code");
  const page = await agent.submit(asked, { code: await smsCode(identity, details.mobile, since) });
  return { agent, page };
}

/** What a sign-in with her password and a code by SMS is worth. */
async function levelBySms(): Promise<unknown> {
  const since = identity.messages.length;
  const attempt = await signIn(identity, portal, dana, { parameters: { ui_locales: "en" } });
  const asked = await attempt.agent.submit(attempt.page, { action: "send", factor: "sms" });
  const page = await attempt.agent.submit(asked, { code: await smsCode(identity, dana.mobile, since) });
  return decodeJwt((await redeem(portal, { ...attempt, page })).access_token).acr;
}

const plain = ({ text }: Page) =>
  text.replace(/1\d\d\*{4}\d{4}/g, "").replace(/name="\w+" value="[^"]*"|data-options="[^"]*"/g, "");

describe("registration", () => {
  it("opens an account for a person of the register, and her sign-in asks for a code by SMS", async () => {
    const { agent, page } = await prove({ ...dana, name: "达娜 哈力别克" });
    const end = await agent.submit(page, { password: dana.password });
    expect(end.text).toContain("Your account is open");
    const rows = await identity.database.query(
      "SELECT kind, detail ->> 'how' AS how FROM account_history WHERE citizen_id = $1 ORDER BY entry_id",
      [dana.citizenId],
    );
    expect(rows).toEqual([
      { kind: "account-opened", how: null },
      { kind: "identity-proofed", how: "remote" },
    ]);
    expect(await levelBySms()).toBe("urn:huimin:loa:2");
  });

  it("says the same, page by page, of who has an account, who is unknown, who is a child, whose name differs and who holds another mobile", async () => {
    const cases: Details[] = [
      { name: aygul.name, residentId: aygul.residentId, mobile: "19900000041" },
      { name: "无此人", residentId: residentIdOf("1990-01-01", "555"), mobile: "19900000042" },
      { name: "小明", residentId: thirteen, mobile: "19900000043" },
      { name: "别人", residentId: dana.residentId, mobile: dana.mobile },
      { ...dana, mobile: "19900000044" },
      { ...dana, mobile: aygul.mobile },
    ];
    const pages: string[][] = [];
    for (const details of cases) {
      const { agent, page } = await prove(details);
      const end = await agent.submit(page, { password: dana.password });
      expect(end.status).toBe(422);
      pages.push([plain(page), plain(end)]);
    }
    for (const seen of pages) expect(seen).toEqual(pages[0]);
    expect(await identity.database.query("SELECT 1 FROM account WHERE citizen_id = $1", [dana.citizenId])).toEqual([]);
  });

  it("stays at level 1 where the register knows no mobile of her, though she gives a second factor", async () => {
    await contactIs(null);
    const { agent, page } = await prove(dana);
    const end = await agent.submit(page, { password: dana.password });
    expect(end.text).toContain("nobody has checked yet that this is you");
    const kinds = await identity.database.query("SELECT kind FROM account_history WHERE citizen_id = $1", [
      dana.citizenId,
    ]);
    expect(kinds).toEqual([{ kind: "account-opened" }]);
    expect(await levelBySms()).toBe("urn:huimin:loa:1");
    const demanding = await signIn(identity, portal, dana, {
      parameters: { ui_locales: "en", acr_values: "urn:huimin:loa:2" },
    });
    expect(demanding.page.text).toContain("Visit a service centre with your ID card");
  });

  it("tells the holder of the account at her own mobile, whatever mobile was given", async () => {
    const since = identity.messages.length;
    const { agent, page } = await prove({ name: aygul.name, residentId: aygul.residentId, mobile: "19900000045" });
    await agent.submit(page, { password: dana.password });
    const heard = () => identity.messages.slice(since).filter(({ mobile }) => mobile === aygul.mobile);
    await expect.poll(heard).toHaveLength(1);
    expect(heard()[0]?.text).toContain("您已有账号");
  });

  it("opens one account when it is finished twice at once", async () => {
    const [one, two] = [await prove(dana), await prove(dana)];
    const ends = await Promise.all(
      [one, two].map(({ agent, page }) => agent.submit(page, { password: dana.password })),
    );
    expect(ends.map(({ status }) => status).sort()).toEqual([200, 422]);
  });

  it("goes no further without the code, and gives five tries for it", async () => {
    const agent = createUserAgent(identity.issuer, { "accept-language": "en" });
    const door = await agent.open(`${identity.issuer}/register`);
    const since = identity.messages.length;
    const { name, residentId, mobile } = dana;
    const asked = await agent.submit(door, { name, residentId, mobile });
    expect((await agent.open(`${identity.issuer}/register/credential`)).url.pathname).toBe("/register/code");
    const code = await smsCode(identity, mobile, since);
    for (let i = 0; i < 5; i += 1) {
      expect((await agent.submit(asked, { code: code === "000000" ? "000001" : "000000" })).status).toBe(422);
    }
    expect((await agent.submit(asked, { code })).status).toBe(422);
    expect((await createUserAgent(identity.issuer).open(`${identity.issuer}/register/credential`)).url.pathname).toBe(
      "/register",
    );
  });

  it("names each field that cannot be read", async () => {
    const agent = createUserAgent(identity.issuer, { "accept-language": "en" });
    const door = await agent.open(`${identity.issuer}/register`);
    const page = await agent.submit(door, { name: " ", residentId: `${dana.residentId.slice(0, 17)}?`, mobile: "123" });
    expect(page.status).toBe(422);
    for (const sentence of ["Enter your name.", "Enter an 18-digit", "Enter an 11-digit mobile number."]) {
      expect(page.text).toContain(sentence);
    }
  });
});
