import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { languages } from "../../platform/i18n.ts";
import { endAllSessions } from "../account/endings.ts";
import { historyKinds, recordHistory } from "../history/history.ts";
import { sweepHistory } from "../history/retention.ts";
import { texts } from "../pages/view.ts";
import { signInToAccount } from "./support/account.ts";
import { aygul, wei } from "./support/citizens.ts";
import { begin, portalClient, redeem, refresh, refusalOf, type TestClient } from "./support/client.ts";
import { smsCode } from "./support/factors.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import type { Page, UserAgent } from "./support/user-agent.ts";

let identity: TestIdentity;
let portal: TestClient;

beforeAll(async () => {
  identity = await startTestIdentity();
  portal = await portalClient(identity);
});
afterAll(() => identity.close());

beforeEach(async () => {
  for (const { citizenId } of [aygul, wei]) {
    await identity.database.transaction((tx) =>
      endAllSessions({ tx, fleeting: identity.fleeting }, citizenId, { initiator: "system", history: null }),
    );
  }
  await identity.database.query("UPDATE account SET must_change_password = false");
  await identity.database.query("DELETE FROM account_history");
});

const historyOf = (agent: UserAgent, query = "lang=en") => agent.open(`${identity.issuer}/account/history?${query}`);
const entriesOf = ({ text }: Page) => [...text.matchAll(/<li><h2 id="h-(\d+)".*?<\/li>/gs)];
const origin = {
  address: "2001:db8:1:2:3::4",
  userAgent: "Mozilla/5.0 (iPhone) Version/18.0 Mobile/15E148 Safari/604.1",
};

async function entryOf(citizenId: string, kind: (typeof historyKinds)[number]): Promise<number> {
  await recordHistory(identity.database, { citizenId, kind, origin });
  const [row] = await identity.database.query<{ entry_id: number }>(
    "SELECT max(entry_id) AS entry_id FROM account_history WHERE citizen_id = $1 AND kind = $2",
    [citizenId, kind],
  );
  return row?.entry_id ?? 0;
}

describe("the sentences of the history", () => {
  it.each(languages)("exist for every kind of entry, each its own, in %s", (language) => {
    const t = texts(language);
    const sentences = historyKinds.map((kind) => t(`history.${kind}`));
    expect(new Set(sentences).size).toBe(historyKinds.length);
  });
});

describe("the page of the history", () => {
  it("says what happened, when in the city's time, where from, and through which application", async () => {
    const { agent } = await signInToAccount(identity, aygul);
    await identity.database.query("DELETE FROM account_history");
    await recordHistory(identity.database, {
      citizenId: aygul.citizenId,
      kind: "passkey-added",
      origin,
      clientId: "portal",
    });
    await identity.database.query("UPDATE account_history SET occurred_at = '2026-03-01T20:30:00Z'");
    const [entry] = entriesOf(await historyOf(agent));
    expect(entry?.[0]).toContain("A passkey was added");
    expect(entry?.[0]).toContain("March 2, 2026 at 04:30");
    expect(entry?.[0]).toContain("Safari · iOS");
    expect(entry?.[0]).toContain('<bdi dir="ltr">2001:db8:1:2</bdi>');
    expect(entry?.[0]).toContain("Huimin portal");
  });

  it("has the latest entry in front, and every entry on one of its pages", async () => {
    const { agent } = await signInToAccount(identity, aygul);
    await identity.database.query("DELETE FROM account_history");
    for (let i = 0; i < 45; i += 1) await entryOf(aygul.citizenId, "sign-out");
    const seen: number[] = [];
    let page = await historyOf(agent);
    for (;;) {
      const numbers = entriesOf(page).map(([, number]) => Number(number));
      expect(numbers.length).toBeLessThanOrEqual(20);
      seen.push(...numbers);
      const next = /href="\/account\/history\?before=(\d+)"/.exec(page.text)?.[1];
      if (next === undefined) break;
      page = await historyOf(agent, `before=${next}`);
    }
    expect(seen).toHaveLength(45);
    expect(seen).toEqual(seen.toSorted((a, b) => b - a));
  });

  it("shows nobody else's entries, and survives a page number that is none", async () => {
    const { agent } = await signInToAccount(identity, aygul);
    const foreign = await entryOf(wei.citizenId, "password-changed");
    for (const query of ["", "before=-1", "before=x", "before=9999999999999999999"]) {
      const page = await historyOf(agent, query);
      expect(page.status).toBe(200);
      expect(page.text).not.toContain(`h-${foreign}"`);
    }
  });
});

describe('"this wasn\'t me"', () => {
  it("ends every session and everything granted, here too, and demands a new password", async () => {
    const other = await signInToAccount(identity, aygul);
    const { refresh_token: token = "" } = await redeem(portal, await begin(identity, portal, { agent: other.agent }));
    const { agent } = await signInToAccount(identity, aygul);
    const entry = await entryOf(aygul.citizenId, "sign-in-new-device");
    const question = await agent.open(`${identity.issuer}/account/history/not-me?entry=${entry}&lang=en`);
    expect(question.text).toContain("You are signed out everywhere, here too.");
    const end = await agent.submit(question, { entry: String(entry) });
    expect(end.text).toContain('name="password"');
    expect((await other.agent.open(`${identity.issuer}/account`)).text).toContain('name="password"');
    expect(await refusalOf(refresh(portal, token))).toMatchObject({
      error: "invalid_grant",
    });
    const [account] = await identity.database.query<{ must_change_password: boolean }>(
      "SELECT must_change_password FROM account WHERE citizen_id = $1",
      [aygul.citizenId],
    );
    expect(account?.must_change_password).toBe(true);
  });

  it("lets her in again only with a new password, and leads back to the history", async () => {
    const { agent } = await signInToAccount(identity, wei);
    const entry = await entryOf(wei.citizenId, "password-changed");
    const question = await agent.open(`${identity.issuer}/account/history/not-me?entry=${entry}&lang=en`);
    const door = await agent.submit(question, { entry: String(entry) });
    const since = identity.messages.length;
    const second = await agent.submit(door, { login: wei.residentId, password: wei.password });
    // What a thief may know is not enough to be the one who chooses.
    const asked = await agent.submit(second, { action: "send", factor: "sms" });
    const demand = await agent.submit(asked, { code: await smsCode(identity, wei.mobile, since) });
    expect(demand.text).toContain('autocomplete="new-password"');
    const end = await agent.submit(demand, { password: "seven herons over water" });
    expect(end.url.pathname).toBe("/account/history");
    expect(end.text).toContain("Your account has been secured");
    const old = await signInToAccount(identity, wei);
    expect(old.page.text).toContain('name="password"');
  });

  it("is offered only for what nobody but she should do, once, and of her own entries", async () => {
    const { agent } = await signInToAccount(identity, aygul);
    const [failed, foreign] = [
      await entryOf(aygul.citizenId, "sign-in-failed"),
      await entryOf(wei.citizenId, "sign-in"),
    ];
    expect((await historyOf(agent)).text).not.toContain(`not-me?entry=${failed}`);
    for (const entry of [failed, foreign, 0, "x"]) {
      const answer = await agent.open(`${identity.issuer}/account/history/not-me?entry=${entry}`);
      expect(answer.url.pathname).toBe("/account/history");
    }
    const page = await agent.open(`${identity.issuer}/account/history`);
    const form = /name="form" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
    const body = new URLSearchParams({ form, entry: String(foreign) });
    await agent.open(`${identity.issuer}/account/history/not-me`, { method: "POST", body });
    expect((await historyOf(agent)).url.pathname).toBe("/account/history");
    expect(await identity.database.query("SELECT 1 FROM account WHERE must_change_password")).toEqual([]);
  });
});

describe("an entry of five years ago", () => {
  it("is removed by a chore, and younger ones stay; the page says so", async () => {
    const [old, young] = [await entryOf(aygul.citizenId, "sign-in"), await entryOf(aygul.citizenId, "sign-out")];
    for (const [entry, age] of [
      [old, "5 years 1 day"],
      [young, "4 years 360 days"],
    ]) {
      await identity.database.query(
        "UPDATE account_history SET occurred_at = now() - $2::interval WHERE entry_id = $1",
        [entry, age],
      );
    }
    await sweepHistory(identity.database);
    const { agent } = await signInToAccount(identity, aygul);
    const page = await historyOf(agent);
    expect(entriesOf(page).map(([, number]) => Number(number))).toContain(young);
    expect(entriesOf(page).map(([, number]) => Number(number))).not.toContain(old);
    expect(page.text).toContain("kept for 5 years");
  });

  it("is removed also where there are thousands", async () => {
    await identity.database.query(
      `INSERT INTO account_history (citizen_id, kind, occurred_at, detail)
       SELECT $1, 'sign-in', now() - interval '6 years', '{}' FROM generate_series(1, 2500)`,
      [aygul.citizenId],
    );
    await sweepHistory(identity.database);
    expect(await identity.database.query("SELECT 1 FROM account_history")).toEqual([]);
  });
});
