import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signInToAccount } from "./support/account.ts";
import { runAdmin } from "./support/admin.ts";
import { aygul, wei } from "./support/citizens.ts";
import { begin, portalClient, redeem, refresh, refusalOf, type TestClient } from "./support/client.ts";
import { historyOf } from "./support/factors.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";

let identity: TestIdentity;
let portal: TestClient;
beforeAll(async () => {
  identity = await startTestIdentity();
  portal = await portalClient(identity);
});
afterAll(() => identity.close());

const endSessions = (numbers: readonly string[], flags = "") =>
  runAdmin(identity, `citizens end-sessions${flags}`, numbers);
const recorded = () =>
  identity.database.query("SELECT * FROM admin_change WHERE register = 'citizens' ORDER BY change_id");

describe("the operator", () => {
  it("signs a citizen out everywhere, and nobody else; she reads it in her history", async () => {
    const { agent } = await signInToAccount(identity, aygul);
    const { refresh_token: token = "" } = await redeem(portal, await begin(identity, portal, { agent }));
    await signInToAccount(identity, aygul);
    const other = await signInToAccount(identity, wei);
    const trial = await endSessions([aygul.residentId], " --dry-run");
    expect(trial.printed).toEqual(["2 sessions of 1 citizens would end. This was a dry run: nothing was changed."]);
    expect((await agent.open(`${identity.issuer}/account`)).text).not.toContain('name="password"');
    expect(await recorded()).toEqual([]);

    expect((await endSessions([aygul.residentId, ""])).printed).toEqual(["2 sessions of 1 citizens have ended."]);
    expect((await agent.open(`${identity.issuer}/account`)).text).toContain('name="password"');
    expect(await refusalOf(refresh(portal, token))).toMatchObject({ error: "invalid_grant" });
    expect((await other.agent.open(`${identity.issuer}/account`)).text).not.toContain('name="password"');
    expect((await historyOf(identity, aygul)).at(-1)).toBe("sessions-ended-by-office");
    const [change] = await recorded();
    expect(change).toMatchObject({ actor: "tester@here", entry: "1 citizens", action: "end-sessions" });
    expect(JSON.stringify(change)).not.toContain(aygul.citizenId);
  });

  it("is told what is wrong with each number, by its place", async () => {
    const { code, complaints } = await endSessions(["1234", aygul.residentId, "000000199001010010"]);
    expect(code).toBe(1);
    expect(complaints).toEqual([
      "Nothing was changed:",
      "  number 1: is no resident ID number",
      expect.stringMatching(/^ {2}number 3: is /),
    ]);
    expect((await endSessions([])).code).toBe(1);
  });
});
