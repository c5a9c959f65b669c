import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signInToAccount } from "./support/account.ts";
import { aygul } from "./support/citizens.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";

let identity: TestIdentity;

beforeAll(async () => {
  identity = await startTestIdentity();
});
afterAll(() => identity.close());

describe("the account's first page", () => {
  it("asks who she is, and then is the page that she asked for", async () => {
    const { page } = await signInToAccount(identity, aygul, "/account?lang=en");
    expect(page.url.pathname).toBe("/account");
    expect(page.text).toContain(`<bdi>${aygul.name}</bdi>`);
    expect(page.text).toContain("With a password");
  });

  it("shows no more of her numbers than she needs to know them again", async () => {
    const { page } = await signInToAccount(identity, aygul);
    expect(page.text).not.toContain(aygul.residentId);
    expect(page.text).not.toContain(aygul.mobile);
    expect(page.text).toContain("199****0001");
    expect(page.headers.get("cache-control")).toBe("no-store");
  });

  it("speaks the language that she prefers, until she chooses another in this browser", async () => {
    const { agent, page } = await signInToAccount(identity, aygul);
    expect(page.text).toContain("我的账号");
    const saved = await agent.submit(page, { language: "kk" });
    expect(saved.text).toContain('<html lang="kk"');
    const elsewhere = await signInToAccount(identity, aygul);
    expect(elsewhere.page.text).toContain('<html lang="kk"');
    expect((await elsewhere.agent.open(`${identity.issuer}/account?lang=ug`)).text).toContain(
      '<html lang="ug" dir="rtl">',
    );
    expect((await elsewhere.agent.open(`${identity.issuer}/account`)).text).toContain('<html lang="ug" dir="rtl">');
    await elsewhere.agent.submit(elsewhere.page, { language: "zh-CN" });
  });

  it("takes no language that the city does not speak", async () => {
    const { agent, page } = await signInToAccount(identity, aygul);
    expect((await agent.submit(page, { language: "fr" })).status).toBe(422);
  });

  it("takes no form that comes from another session, or from no page at all", async () => {
    const { agent } = await signInToAccount(identity, aygul);
    const other = await signInToAccount(identity, aygul);
    const form = /name="form" value="([^"]+)"/.exec(other.page.text)?.[1] ?? "";
    for (const fields of [{ language: "kk" }, { language: "kk", form }]) {
      const body = new URLSearchParams(fields);
      const answer = await agent.open(`${identity.issuer}/account/language`, { method: "POST", body });
      expect(answer.status).toBe(403);
    }
  });

  it("signs her out, and is then closed to this browser", async () => {
    const { agent, page } = await signInToAccount(identity, aygul);
    const body = new URLSearchParams({ form: /name="form" value="([^"]+)"/.exec(page.text)?.[1] ?? "" });
    const end = await agent.open(`${identity.issuer}/account/sign-out`, { method: "POST", body });
    expect(end.url.pathname).toBe("/session/end/success");
    expect((await agent.open(`${identity.issuer}/account`)).text).toContain('name="password"');
  });

  it("is no page for a browser whose citizen's account is gone", async () => {
    const { agent } = await signInToAccount(identity, aygul);
    const rows = await identity.database.query<{ password_hash: string; mobile: string }>(
      "DELETE FROM account WHERE citizen_id = $1 RETURNING password_hash, mobile",
      [aygul.citizenId],
    );
    expect((await agent.open(`${identity.issuer}/account`)).text).toContain('name="password"');
    await identity.database.query("INSERT INTO account (citizen_id, mobile, password_hash) VALUES ($1, $2, $3)", [
      aygul.citizenId,
      rows[0]?.mobile,
      rows[0]?.password_hash,
    ]);
  });
});
