import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { endAllSessions } from "../account/endings.ts";
import { signInToAccount } from "./support/account.ts";
import { aygul, wei } from "./support/citizens.ts";
import { begin, portalClient, redeem, refresh, refusalOf, type TestClient } from "./support/client.ts";
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
});

const phone = {
  "user-agent":
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.50",
};
const laptop = { "user-agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0" };

const sessionsOf = (agent: UserAgent) => agent.open(`${identity.issuer}/account/sessions?lang=en`);
const entriesOf = ({ text }: Page) => [...text.matchAll(/<li><h2 id="s-.*?<\/li>/gs)].map(([entry]) => entry);
const isSignedIn = async (agent: UserAgent) =>
  !(await agent.open(`${identity.issuer}/account`)).text.includes('name="password"');

describe("the page of sessions", () => {
  it("names each of her sessions by browser, system and network, and marks the one that asks", async () => {
    await signInToAccount(identity, aygul, "/account", phone);
    const { agent } = await signInToAccount(identity, aygul, "/account", laptop);
    const entries = entriesOf(await sessionsOf(agent));
    expect(entries).toHaveLength(2);
    expect(entries.find((entry) => entry.includes("WeChat · Android"))).not.toContain("This device");
    const own = entries.find((entry) => entry.includes("Firefox · Windows"));
    expect(own).toContain("This device");
    expect(own).not.toContain("Sign out there");
    expect(own).toMatch(/<dt>Network address<\/dt><dd><bdi dir="ltr">[\d.:a-f]+<\/bdi>/);
    expect(own).not.toContain("Mozilla");
  });

  it("says what a session was used for, and shows nobody else's", async () => {
    const { agent } = await signInToAccount(identity, aygul);
    await signInToAccount(identity, wei);
    await begin(identity, portal, { agent });
    const entries = entriesOf(await sessionsOf(agent));
    expect(entries).toHaveLength(1);
    expect(entries[0]).toContain("Huimin portal");
  });

  it("ends one session with all that came of it, and lets the others be", async () => {
    const other = await signInToAccount(identity, aygul, "/account", phone);
    const { refresh_token: token = "" } = await redeem(portal, await begin(identity, portal, { agent: other.agent }));
    const third = await signInToAccount(identity, aygul, "/account");
    const { agent } = await signInToAccount(identity, aygul, "/account", laptop);
    const page = await sessionsOf(agent);
    const entry = entriesOf(page).find((text) => text.includes("WeChat"));
    const session = /name="session" value="([^"]+)"/.exec(entry ?? "")?.[1] ?? "";
    const after = await agent.submit(page, { session });
    expect(after.text).toContain("Only what is listed here is still signed in.");
    expect(entriesOf(after)).toHaveLength(2);
    expect(await isSignedIn(other.agent)).toBe(false);
    expect(await isSignedIn(third.agent)).toBe(true);
    expect(await refusalOf(refresh(portal, token))).toMatchObject({
      error: "invalid_grant",
    });
  });

  it("ends all others at once, and tells of each in the history", async () => {
    const others = [await signInToAccount(identity, aygul), await signInToAccount(identity, aygul)];
    const { agent } = await signInToAccount(identity, aygul);
    const page = await sessionsOf(agent);
    const body = new URLSearchParams({ form: /name="form" value="([^"]+)"/.exec(page.text)?.[1] ?? "" });
    await agent.open(`${identity.issuer}/account/sessions/end-others`, { method: "POST", body });
    for (const other of others) expect(await isSignedIn(other.agent)).toBe(false);
    expect(await isSignedIn(agent)).toBe(true);
    const told = await identity.database.query(
      "SELECT 1 FROM account_history WHERE citizen_id = $1 AND kind = 'session-ended' AND network IS NOT NULL",
      [aygul.citizenId],
    );
    expect(told.length).toBeGreaterThanOrEqual(2);
  });

  it("cannot end the session of somebody else by its name", async () => {
    const stranger = await signInToAccount(identity, wei);
    await signInToAccount(identity, wei);
    const strangersPage = await sessionsOf(stranger.agent);
    const session = /name="session" value="([^"]+)"/.exec(strangersPage.text)?.[1] ?? "";
    await signInToAccount(identity, aygul);
    const { agent } = await signInToAccount(identity, aygul);
    await agent.submit(await sessionsOf(agent), { session });
    expect(entriesOf(await sessionsOf(stranger.agent))).toHaveLength(2);
  });
});
