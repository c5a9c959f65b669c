import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordHistory } from "../history/history.ts";
import { publicNameOf } from "../provider/token-claims.ts";
import { signInLongAgo, signInToAccount } from "./support/account.ts";
import { aygul, wei } from "./support/citizens.ts";
import { begin, registerBank } from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";

let identity: TestIdentity;

beforeAll(async () => {
  identity = await startTestIdentity();
});
afterAll(() => identity.close());

const formOf = (text: string) => /name="form" value="([^"]+)"/.exec(text)?.[1] ?? "";

async function download() {
  const { agent, page } = await signInToAccount(identity, aygul, "/account/export");
  const body = new URLSearchParams({ form: formOf(page.text) });
  return await agent.open(`${identity.issuer}/account/export`, { method: "POST", body });
}

describe("the export", () => {
  it("is a file of everything that identity holds about her", async () => {
    const bank = await registerBank(identity);
    const visit = await signInToAccount(identity, aygul);
    const attempt = await begin(identity, bank, { agent: visit.agent });
    await visit.agent.submit(attempt.page, { action: "allow" });
    const file = await download();
    expect(file.headers.get("content-disposition")).toMatch(/^attachment; filename="huimin-account-[\d-]{10}\.json"$/);
    expect(file.headers.get("cache-control")).toBe("no-store");
    const content = JSON.parse(file.text) as Record<string, Record<string, unknown>[]>;
    expect(content.profile).toMatchObject([
      { name: aygul.name, resident_id: aygul.residentId, preferred_language: "zh-CN" },
    ]);
    expect(content.account).toMatchObject([{ mobile: aygul.mobile, has_password: true }]);
    expect(content.consents).toMatchObject([
      { client: "bank", scopes: ["openid", "citizen:read"], declined: ["health:read"] },
    ]);
    expect(content.sessions?.length).toBeGreaterThanOrEqual(2);
    expect(content.applications?.map(({ client }) => client)).toContain("bank");
    expect(content.history?.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["consent-given", "data-exported"]),
    );
  });

  it("holds no secret, nor the name of anything that opens a session, a grant or the graph", async () => {
    const { text } = await download();
    const secrets = await identity.database.query<{ secret: string }>(
      `SELECT password_hash AS secret FROM account UNION SELECT uid FROM oidc_artefact WHERE uid IS NOT NULL
       UNION SELECT grant_id FROM oidc_artefact WHERE grant_id IS NOT NULL UNION SELECT citizen_id::text FROM citizen`,
    );
    expect(secrets.length).toBeGreaterThan(4);
    for (const { secret } of secrets) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(publicNameOf(secret));
    }
  });

  it("has the whole history, however long, and none of anybody else", async () => {
    await recordHistory(identity.database, { citizenId: wei.citizenId, kind: "totp-added" });
    await identity.database.query(
      `INSERT INTO account_history (citizen_id, kind) SELECT $1, 'sign-in-failed' FROM generate_series(1, 1203)`,
      [aygul.citizenId],
    );
    const { history } = JSON.parse((await download()).text) as { history: { kind: string }[] };
    expect(history.filter(({ kind }) => kind === "sign-in-failed")).toHaveLength(1203);
    expect(history.map(({ kind }) => kind)).not.toContain("totp-added");
  });

  it("is there only for somebody who has just signed in", async () => {
    const { agent, page } = await signInLongAgo(identity, aygul);
    expect((await agent.open(`${identity.issuer}/account/export`)).text).toContain('name="password"');
    const body = new URLSearchParams({ form: formOf(page.text) });
    const answer = await agent.open(`${identity.issuer}/account/export`, { method: "POST", body });
    expect(answer.headers.get("content-disposition")).toBeNull();
    expect(answer.text).toContain('name="password"');
    const again = await agent.submit(answer, { login: aygul.residentId, password: aygul.password });
    expect(again.url.pathname).toBe("/account/export");
  });
});
