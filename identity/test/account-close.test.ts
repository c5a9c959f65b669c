import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sweepClosedAccounts } from "../store/accounts.ts";
import { signInLongAgo, signInToAccount } from "./support/account.ts";
import { aygul, openAccount, type TestCitizen, wei } from "./support/citizens.ts";
import { begin, portalClient, redeem, refresh, refusalOf, type TestClient } from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";

let identity: TestIdentity;
let portal: TestClient;

beforeAll(async () => {
  identity = await startTestIdentity();
  portal = await portalClient(identity);
});
afterAll(() => identity.close());

const open = (citizen: TestCitizen) => signInToAccount(identity, citizen, "/account/close?lang=en");

const countOf = async (table: string, { citizenId }: TestCitizen) =>
  (await identity.database.query(`SELECT 1 FROM ${table} WHERE citizen_id = $1`, [citizenId])).length;

describe("closing an account", () => {
  it("says first what ends and what does not", async () => {
    const { page } = await open(aygul);
    expect(page.text).toContain("You stay in the population register.");
    expect(page.text).toContain("Nobody whom you allowed to can act for you any more.");
  });

  it("does nothing until she has typed her number and ticked that she knows", async () => {
    const { agent, page } = await open(aygul);
    const tries = [
      { residentId: "", understood: "yes" },
      { residentId: wei.residentId, understood: "yes" },
      { residentId: aygul.residentId, understood: "" },
    ];
    for (const fields of tries) {
      const answer = await agent.submit(page, fields);
      expect(answer.status).toBe(422);
      expect(answer.text).toContain("Please correct");
      expect(answer.text).toContain('role="alert"');
      expect(answer.text).not.toContain(wei.residentId);
    }
    expect(await countOf("account", aygul)).toBe(1);
  });

  it("asks her to sign in anew when that was long ago", async () => {
    const { agent, page } = await signInLongAgo(identity, aygul);
    const body = new URLSearchParams({
      form: /name="form" value="([^"]+)"/.exec(page.text)?.[1] ?? "",
      residentId: aygul.residentId,
      understood: "yes",
    });
    const answer = await agent.open(`${identity.issuer}/account/close`, { method: "POST", body });
    expect(answer.text).toContain('name="password"');
    expect(await countOf("account", aygul)).toBe(1);
  });

  it("ends the account and all that came of it, tells the gateways, and leaves the citizen in the register", async () => {
    const other = await signInToAccount(identity, aygul);
    const { refresh_token: token = "" } = await redeem(portal, await begin(identity, portal, { agent: other.agent }));
    const { agent, page } = await open(aygul);
    const end = await agent.submit(page, { residentId: ` ${aygul.residentId.toLowerCase()}`, understood: "yes" });
    expect(end.url.pathname).toBe("/account/closed");
    expect(end.text).toContain("Your account is closed");
    expect(await refusalOf(refresh(portal, token))).toMatchObject({
      error: "invalid_grant",
    });
    for (const browser of [agent, other.agent]) {
      expect((await browser.open(`${identity.issuer}/account`)).text).toContain('name="password"');
    }
    for (const table of ["account", "session_origin", "consent"]) expect(await countOf(table, aygul)).toBe(0);
    expect(await countOf("citizen", aygul)).toBe(1);
    const left = await identity.database.query("SELECT 1 FROM oidc_artefact WHERE payload ->> 'accountId' = $1", [
      aygul.citizenId,
    ]);
    expect(left).toEqual([]);
    const told = await identity.database.query(
      "SELECT 1 FROM security_event WHERE account_id = $1 AND kind = 'account-purged'",
      [aygul.citizenId],
    );
    expect(told).toHaveLength(1);
    const { page: refused } = await signInToAccount(identity, aygul);
    expect(refused.text).toContain('name="password"');
  });

  it("keeps the history out of sight for half a year and then removes it", async () => {
    await sweepClosedAccounts(identity.database);
    expect(await countOf("account_history", aygul)).toBeGreaterThan(0);
    await identity.database.query("UPDATE closed_account SET closed_at = now() - interval '6 months 1 day'");
    await sweepClosedAccounts(identity.database);
    expect(await countOf("account_history", aygul)).toBe(0);
  });

  it("does not take the history of an account that was opened again, which is the same citizen's", async () => {
    const { agent, page } = await open(wei);
    await agent.submit(page, { residentId: wei.residentId, understood: "yes" });
    await openAccount(identity.database, wei);
    await identity.database.query("UPDATE closed_account SET closed_at = now() - interval '2 years'");
    await sweepClosedAccounts(identity.database);
    const history = (await signInToAccount(identity, wei, "/account/history?lang=en")).page;
    expect(history.text).toContain("Account closed");
  });
});
