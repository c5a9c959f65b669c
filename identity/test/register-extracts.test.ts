import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runAdmin } from "./support/admin.ts";
import { aygul, wei } from "./support/citizens.ts";
import { portalClient, redeem, refresh, refusalOf, signIn, type TestClient } from "./support/client.ts";
import { enterGuardianship, type Registered, registerPerson } from "./support/family.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { createUserAgent } from "./support/user-agent.ts";

let identity: TestIdentity;
let portal: TestClient;
let folder: string;
beforeAll(async () => {
  identity = await startTestIdentity();
  portal = await portalClient(identity);
  folder = await mkdtemp(join(tmpdir(), "huimin-extract-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await identity.close();
});

let child: Registered;
beforeEach(async () => {
  const { database } = identity;
  await database.query("DELETE FROM guardianship");
  await database.query("DELETE FROM company");
  await database.query("DELETE FROM account_history");
  child = await registerPerson(database, "帕提古丽", { years: 9 });
});

/** Writes an extract and takes it in. */
async function take(register: string, rows: readonly (object | string)[], { flags = "", asOf = daysAgo(0) } = {}) {
  const file = join(folder, "extract.jsonl");
  const lines = [{ register, as_of: asOf }, ...rows];
  await writeFile(file, lines.map((row) => (typeof row === "string" ? row : JSON.stringify(row))).join("\n"));
  return await runAdmin(identity, `${register} import ${file}${flags}`);
}

/** A day by the city's calendar. */
function daysAgo(days: number): string {
  return new Date(Date.now() + 8 * 3_600_000 - days * 24 * 3_600_000).toISOString().slice(0, 10);
}

const guardianship = (action: "begin" | "end", days: number) => ({
  action,
  guardian: aygul.residentId,
  ward: child.residentId,
  kind: "parent-of-minor",
  on: daysAgo(days),
});
const representation = (representative: string, days: number) => ({
  action: "begin",
  credit_code: "91000000MA0000001X",
  name: "新河自来水公司",
  representative,
  on: daysAgo(days),
});
const protection = (action: "begin" | "end", days: number) => ({
  action,
  citizen: child.residentId,
  on: daysAgo(days),
});

/** Signs a citizen in for the one person for whom she may act. @returns her refresh token, or that she was not asked */
async function act(citizen = aygul): Promise<string | null> {
  const attempt = await signIn(identity, portal, citizen, {
    agent: createUserAgent(identity.issuer),
    parameters: { scope: "openid citizen:read" },
  });
  const person = /name="person" value="([0-9a-f-]{36})"/.exec(attempt.page.text)?.[1];
  if (person === undefined) return null;
  const tokens = await redeem(portal, { ...attempt, page: await attempt.agent.submit(attempt.page, { person }) });
  return tokens.refresh_token ?? "";
}

const imports = () =>
  identity.database.query("SELECT entry, action, before, after FROM admin_change ORDER BY change_id");
const stateOf = async (table: string) =>
  JSON.stringify(await identity.database.query(`SELECT * FROM ${table} ORDER BY 1`));

describe("an extract of guardianships", () => {
  it("lets a mother act for her child from the stated day on", async () => {
    expect(await act()).toBeNull();
    const { code, printed } = await take("guardianships", [guardianship("begin", 3)]);
    expect([code, printed]).toEqual([0, ["+ line 2", "1 added, 0 changed, 0 removed, 0 as they were."]]);
    expect(await act()).not.toBeNull();
    const [row] = await identity.database.query<{ from: string }>(
      "SELECT to_char(valid_from AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS from FROM guardianship",
    );
    expect(row?.from).toBe(`${daysAgo(4)} 16:00`);
  });

  it("ends what she does for him at once, and tells both", async () => {
    await take("guardianships", [guardianship("begin", 3)]);
    const token = (await act()) ?? "";
    const { printed } = await take("guardianships", [guardianship("end", 1)]);
    expect(printed[0]).toBe("- line 2");
    expect(await refusalOf(refresh(portal, token))).toMatchObject({ error: "invalid_grant" });
    expect(await act()).toBeNull();
    const told = await identity.database.query(
      "SELECT citizen_id FROM account_history WHERE kind = 'delegation-ended' ORDER BY entry_id",
    );
    expect(told).toEqual([{ citizen_id: aygul.citizenId }, { citizen_id: child.citizenId }]);
  });

  it("changes nothing when it is taken in again, also when it both begins and ends", async () => {
    const rows = [guardianship("begin", 3), guardianship("end", 1)];
    expect((await take("guardianships", rows)).printed.at(-1)).toBe("1 added, 0 changed, 1 removed, 0 as they were.");
    const [before, recorded] = [await stateOf("guardianship"), await imports()];
    expect((await take("guardianships", rows)).printed).toEqual(["0 added, 0 changed, 0 removed, 2 as they were."]);
    expect([await stateOf("guardianship"), await imports()]).toEqual([before, recorded]);
  });

  it("begins a guardianship anew after its end, and ends none that it does not name", async () => {
    const other = await enterGuardianship(identity.database, wei, child);
    await take("guardianships", [guardianship("begin", 9), guardianship("end", 7), guardianship("begin", 5)]);
    await take("guardianships", [guardianship("end", 3), guardianship("begin", 1)]);
    const open = await identity.database.query<{ guardianship_id: string }>(
      "SELECT guardianship_id FROM guardianship WHERE valid_until IS NULL",
    );
    expect(open).toHaveLength(2);
    expect(open).toContainEqual({ guardianship_id: other });
  });

  it("is tried first: a dry run says what would be, and lets her go on", async () => {
    await take("guardianships", [guardianship("begin", 3)]);
    const token = (await act()) ?? "";
    const before = [await stateOf("guardianship"), await imports()];
    const { printed } = await take("guardianships", [guardianship("end", 1)], { flags: " --dry-run" });
    expect(printed).toEqual([
      "- line 2",
      "0 added, 0 changed, 1 removed, 0 as they were. This was a dry run: nothing was changed.",
    ]);
    expect([await stateOf("guardianship"), await imports()]).toEqual(before);
    expect((await refresh(portal, token)).access_token).toBeDefined();
  });

  it("is refused as a whole with every fault of every line, none of which repeats a number", async () => {
    const stranger = "000000198001010014".replace(/.$/, "");
    const { code, complaints } = await take("guardianships", [
      guardianship("begin", 3),
      `{"action":"begin","guardian":"${aygul.residentId}"`,
      { ...guardianship("begin", 3), ward: stranger, kind: "aunt" },
      { ...guardianship("begin", 3), [aygul.residentId]: 1 },
      { ...guardianship("begin", 3), ward: wei.residentId },
      { ...guardianship("begin", 3), ward: aygul.residentId },
      { ...guardianship("end", 3), ward: wei.residentId },
      { ...guardianship("begin", 3), on: daysAgo(-2) },
      guardianship("begin", 2),
    ]);
    expect(code).toBe(1);
    expect(complaints).toEqual([
      "Nothing was changed:",
      "  line 3: is no JSON",
      "  line 4: ward: must be a resident ID number",
      expect.stringMatching(/^ {2}line 4: kind: /),
      "  line 5: has members that are not known",
      "  line 6: ward: is of age on that day",
      "  line 7: guardian: is the ward",
      "  line 8: on: no such guardianship runs on that day",
      "  line 9: on: is later than the extract",
      "  line 10: on: it runs already, since an earlier day",
    ]);
    expect(complaints.join()).not.toMatch(/\d{17}/);
    expect(await identity.database.query("SELECT FROM guardianship")).toEqual([]);
  });

  it("must say in its first line that it is one, of a day that has come", async () => {
    const strange = await take("guardianships", [], { asOf: "soon" });
    expect(strange.complaints[1]).toContain('line 1: must be {"register": "guardianships"');
    const early = await take("guardianships", [], { asOf: daysAgo(-1) });
    expect(early.complaints[1]).toBe("  line 1: as_of: is a day that has not come");
  });

  it("stands in the record by its day and its numbers of lines, and by nobody's name", async () => {
    await take("guardianships", [guardianship("begin", 3)]);
    const [recorded] = await identity.database.query(
      "SELECT * FROM admin_change WHERE register = 'guardianships' ORDER BY change_id DESC LIMIT 1",
    );
    expect(recorded).toMatchObject({
      actor: "tester@here",
      entry: daysAgo(0),
      action: "import",
      after: { lines: 1, begun: 1, changed: 0, ended: 0 },
    });
    const text = JSON.stringify(recorded);
    for (const word of [aygul.residentId, aygul.citizenId, child.residentId, child.citizenId]) {
      expect(text).not.toContain(word);
    }
  });
});

describe("an extract of companies", () => {
  it("hands a company from one representative to the next, and ends what the first does for it", async () => {
    await take("companies", [representation(wei.residentId, 9)]);
    const token = (await act(wei)) ?? "";
    expect(token).not.toBe("");
    const { printed } = await take("companies", [representation(aygul.residentId, 2)]);
    expect(printed[0]).toBe("~ line 2: representative");
    expect(await refusalOf(refresh(portal, token))).toMatchObject({ error: "invalid_grant" });
    expect(await act(wei)).toBeNull();
    expect(await act(aygul)).not.toBeNull();
  });

  it("is not led back by news that are older than what is known", async () => {
    await take("companies", [representation(aygul.residentId, 2)]);
    const { printed } = await take("companies", [representation(wei.residentId, 9)], { asOf: daysAgo(5) });
    expect(printed).toEqual(["0 added, 0 changed, 0 removed, 1 as they were."]);
    expect(await act(wei)).toBeNull();
  });

  it("dissolves a company for good, with what is done for it", async () => {
    const end = { action: "end", credit_code: "91000000MA0000001X", on: daysAgo(1) };
    const rows = [representation(wei.residentId, 9), end];
    await take("companies", rows.slice(0, 1));
    const token = (await act(wei)) ?? "";
    expect((await take("companies", rows)).printed).toEqual([
      "- line 3",
      "0 added, 0 changed, 1 removed, 1 as they were.",
    ]);
    expect(await refusalOf(refresh(portal, token))).toMatchObject({ error: "invalid_grant" });
    expect((await take("companies", rows)).printed).toEqual(["0 added, 0 changed, 0 removed, 2 as they were."]);
    const again = await take("companies", [representation(wei.residentId, 0)]);
    expect(again.complaints[1]).toBe("  line 2: credit_code: is of a company that was dissolved before that day");
  });
});

describe("an extract of protections", () => {
  it("takes back at once what was granted before she was protected, and withholds from then on", async () => {
    await take("guardianships", [guardianship("begin", 3)]);
    const token = (await act()) ?? "";
    expect((await take("protections", [protection("begin", 1)])).printed[0]).toBe("+ line 2");
    expect(await refusalOf(refresh(portal, token))).toMatchObject({ error: "invalid_grant" });
    expect((await refresh(portal, (await act()) ?? "")).access_token).toBeDefined();
  });

  it("is not undone by an older extract", async () => {
    await take("protections", [protection("begin", 1)]);
    await take("protections", [protection("end", 4)], { asOf: daysAgo(3) });
    const [row] = await identity.database.query("SELECT whereabouts_protected FROM citizen WHERE citizen_id = $1", [
      child.citizenId,
    ]);
    expect(row).toEqual({ whereabouts_protected: true });
    expect((await take("protections", [protection("end", 0)])).printed[0]).toBe("- line 2");
  });
});

describe("an extract of contacts", () => {
  const contact = (mobile: string, days: number) => ({
    action: "begin",
    citizen: child.residentId,
    mobile,
    on: daysAgo(days),
  });
  const known = async () =>
    (
      await identity.database.query<{ contact_mobile: string | null }>(
        "SELECT contact_mobile FROM citizen WHERE citizen_id = $1",
        [child.citizenId],
      )
    )[0]?.contact_mobile;

  it("says, changes and ends at which mobile somebody is reached; older news change nothing", async () => {
    expect((await take("contacts", [contact("19911110001", 3)])).printed[0]).toBe("+ line 2");
    expect((await take("contacts", [contact("19911110002", 1)])).printed[0]).toBe("~ line 2: mobile");
    await take("contacts", [contact("19911110003", 2)], { asOf: daysAgo(2) });
    expect(await known()).toBe("19911110002");
    const end = { action: "end", citizen: child.residentId, on: daysAgo(0) };
    expect((await take("contacts", [end])).printed[0]).toBe("- line 2");
    expect(await known()).toBeNull();
  });

  it("is refused with what is no mobile, which is repeated nowhere", async () => {
    const { complaints } = await take("contacts", [contact("12345", 1)]);
    expect(complaints.join("\n")).toContain("line 2: mobile: must be a mainland mobile number of 11 digits");
    expect(complaints.join("\n")).not.toContain("12345");
  });
});
