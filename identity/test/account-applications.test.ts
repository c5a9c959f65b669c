import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { endAllSessions } from "../account/endings.ts";
import { signInToAccount } from "./support/account.ts";
import { aygul, wei } from "./support/citizens.ts";
import { begin, portalClient, redeem, refresh, refusalOf, registerBank, type TestClient } from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import type { Page, UserAgent } from "./support/user-agent.ts";

let identity: TestIdentity;
let bank: TestClient;
let portal: TestClient;

beforeAll(async () => {
  identity = await startTestIdentity();
  bank = await registerBank(identity);
  portal = await portalClient(identity);
});
afterAll(() => identity.close());

beforeEach(async () => {
  for (const { citizenId } of [aygul, wei]) {
    await identity.database.transaction((tx) =>
      endAllSessions({ tx, fleeting: identity.fleeting }, citizenId, { initiator: "system", history: null }),
    );
  }
  for (const table of ["consent", "account_history", "security_event"]) {
    await identity.database.query(`DELETE FROM ${table}`);
  }
});

const applicationsOf = (agent: UserAgent) => agent.open(`${identity.issuer}/account/applications?lang=en`);
const entriesOf = ({ text }: Page) => [...text.matchAll(/<li><h2 id="a-.*?<\/form><\/li>/gs)].map(([entry]) => entry);

async function allowBank(agent: UserAgent) {
  const attempt = await begin(identity, bank, { agent });
  const page = await agent.submit(attempt.page, { action: "allow" });
  return await redeem(bank, { ...attempt, page });
}

describe("the page of applications", () => {
  it("says of each what it is called, what it may see and since when", async () => {
    const { agent } = await signInToAccount(identity, aygul);
    await begin(identity, portal, { agent });
    await allowBank(agent);
    const entries = entriesOf(await applicationsOf(agent));
    expect(entries).toHaveLength(2);
    const [first, second] = [
      entries.find((entry) => entry.includes("新河")),
      entries.find((entry) => entry.includes("City service")),
    ];
    expect(first).toContain("Your name, date of birth and registered address");
    expect(first).not.toContain("Your pension");
    expect(first).toMatch(/Since <bdi><time datetime="20[^"]+">/);
    expect(second).toContain("Huimin portal");
    expect(second).toContain("Your pension");
  });

  it("says on which day each was last used, to the day, and forgets it with the access", async () => {
    const { agent } = await signInToAccount(identity, aygul);
    const { refresh_token: token = "" } = await allowBank(agent);
    const lastUsed = async () => {
      const [entry = ""] = entriesOf(await applicationsOf(agent)).filter((one) => one.includes("新河"));
      return /Last used on <bdi><time datetime="([\d-]+)">/.exec(entry)?.[1];
    };
    const today = new Intl.DateTimeFormat("sv", { timeZone: "Asia/Shanghai" }).format();
    expect(await lastUsed()).toBe(today);
    const of = "WHERE citizen_id = $1 AND client_id = 'bank'";
    const change = (sql: string) => identity.database.query(sql, [aygul.citizenId]);
    await change(`UPDATE application_use SET used_on = '2026-02-03' ${of}`);
    await change(`UPDATE consent SET given_at = '2026-01-31T16:00:00Z' ${of}`);
    await change(`UPDATE oidc_artefact SET payload = jsonb_set(payload, '{iat}', '1769875200')
                  WHERE model = 'Grant' AND payload ->> 'accountId' = $1::text`);
    expect(await lastUsed()).toBe("2026-02-03");
    await change(`DELETE FROM application_use ${of}`);
    expect(await lastUsed()).toBe("2026-02-01");
    await refresh(bank, token);
    expect(await lastUsed()).toBe(today);
    await agent.submit(await applicationsOf(agent), { client: "bank" });
    expect(await change(`SELECT 1 FROM application_use ${of}`)).toEqual([]);
  });

  it("names what she left out as left out alone", async () => {
    const { agent } = await signInToAccount(identity, aygul);
    await allowBank(agent);
    const [entry = ""] = entriesOf(await applicationsOf(agent));
    const [sees = "", leftOut = ""] = entry.split("You left out");
    expect(sees).not.toContain("Your health insurance");
    expect(leftOut).toContain("Your health insurance");
  });

  it("stops one: its tokens die, its consent is forgotten, and the history and the gateways hear of it", async () => {
    const { agent } = await signInToAccount(identity, aygul);
    const { refresh_token: token = "" } = await allowBank(agent);
    const { refresh_token: other = "" } = await redeem(portal, await begin(identity, portal, { agent }));
    const after = await agent.submit(await applicationsOf(agent), { client: "bank" });
    expect(after.text).toContain("That application can see nothing of yours any more.");
    expect(entriesOf(after).join()).not.toContain("新河");
    expect(await refusalOf(refresh(bank, token))).toMatchObject({
      error: "invalid_grant",
    });
    expect(await refresh(portal, other)).toHaveProperty("access_token");
    const told = await identity.database.query(
      `SELECT client_id FROM account_history WHERE citizen_id = $1 AND kind = 'grant-revoked'
       UNION ALL SELECT payload ->> 'clientId' FROM security_event WHERE kind = 'grant-revoked' AND payload ->> 'clientId' = 'bank'`,
      [aygul.citizenId],
    );
    expect(told).toEqual([{ client_id: "bank" }, { client_id: "bank" }]);
    expect((await begin(identity, bank, { agent })).page.leavesTo).toBeNull();
  });

  it("stops nothing of another citizen", async () => {
    const stranger = await signInToAccount(identity, wei);
    const { refresh_token: token = "" } = await allowBank(stranger.agent);
    const { agent } = await signInToAccount(identity, aygul);
    await allowBank(agent);
    await agent.submit(await applicationsOf(agent), { client: "bank" });
    expect(entriesOf(await applicationsOf(stranger.agent)).join()).toContain("新河");
    expect(await refresh(bank, token)).toHaveProperty("access_token");
  });
});
