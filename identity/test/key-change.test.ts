import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sectorPseudonyms } from "../../trust/pseudonym.ts";
import { createEntryFolder, runAdmin, waterSector } from "./support/admin.ts";
import { aygul, wei } from "./support/citizens.ts";
import { environmentOf, startTestIdentity, type TestIdentity } from "./support/identity.ts";

let identity: TestIdentity;
beforeAll(async () => {
  identity = await startTestIdentity();
  const folder = await createEntryFolder();
  await folder.write("waterco.json", waterSector);
  await runAdmin(identity, `sectors apply ${folder.path}`);
  await folder.remove();
});
afterAll(() => identity.close());

const versionsTold = async () => {
  await identity.restart();
  const { sectors } = (await (await fetch(`${identity.issuer}/sectors`)).json()) as {
    sectors: Record<string, unknown>;
  };
  return sectors.waterco;
};
const step = (word: string, flags = "") => runAdmin(identity, `sectors key-change waterco ${word}${flags}`);
/** Lets the sector's last step be long ago. */
const longAgo = (column: string) =>
  identity.database.query(`UPDATE sector SET ${column} = now() - interval '3 days' WHERE sector = 'waterco'`);
const inVersion = (issued: number) =>
  sectorPseudonyms(identity.config.pseudonymKey, "waterco", { issued, accepted: [issued] });

describe("the key of a sector", () => {
  it("changes in steps: both forms accepted, then the new one issued, then the old one no longer accepted", async () => {
    const tried = await step("begin", " --dry-run --json");
    expect(JSON.parse(tried.printed.join("\n"))).toEqual({
      dryRun: true,
      sector: "waterco",
      step: "begin",
      before: { issued: 1, accepted: [1] },
      after: { issued: 1, accepted: [1, 2] },
      clients: 0,
      citizens: 2,
    });
    expect(await versionsTold()).toEqual({ issued: 1, accepted: [1] });

    expect((await step("begin")).code).toBe(0);
    expect(await versionsTold()).toEqual({ issued: 1, accepted: [1, 2] });
    expect((await step("begin")).complaints[1]).toContain("is changing its key already");
    expect((await step("end")).complaints[1]).toContain("has not switched yet");
    expect((await step("switch")).complaints[1]).toMatch(/must wait (300|299) seconds more/);

    await longAgo("change_begun_at");
    expect((await step("switch")).code).toBe(0);
    expect(await versionsTold()).toEqual({ issued: 2, accepted: [1, 2] });
    expect((await step("cancel")).complaints[1]).toContain("only the end is left");
    expect((await step("end")).complaints[1]).toMatch(/must wait \d+ seconds more/);

    await longAgo("change_switched_at");
    expect((await step("end")).code).toBe(0);
    expect(await versionsTold()).toEqual({ issued: 2, accepted: [2] });
    expect((await step("switch")).complaints[1]).toContain("begin first");
  });

  it("maps what the sector brings, in the order in which it comes, and tells nothing of anybody else", async () => {
    await step("begin");
    const [hers, his] = [aygul, wei].map(({ citizenId }) => inVersion(2).seal(citizenId));
    const foreign = sectorPseudonyms(identity.config.pseudonymKey, "bank").seal(aygul.citizenId);
    const { printed, complaints } = await runAdmin(identity, "sectors mapping waterco", [
      `${hers}`,
      "",
      foreign,
      `${his}`,
    ]);
    expect(printed.map((line) => JSON.parse(line))).toEqual([
      { old: hers, new: inVersion(3).seal(aygul.citizenId) },
      { old: foreign, new: null },
      { old: his, new: inVersion(3).seal(wei.citizenId) },
    ]);
    expect(complaints).toEqual(["2 mapped, 1 not of this sector's old version."]);
    expect(printed.join()).not.toContain(aygul.citizenId);
    expect((await runAdmin(identity, "sectors mapping government", [])).complaints[1]).toContain("is not changing");
    const tried = await runAdmin(identity, "sectors mapping waterco --dry-run", [`${hers}`]);
    expect([tried.printed, tried.complaints]).toEqual([[], ["1 mapped, 0 not of this sector's old version."]]);
  });

  it("maps what is piped into the command's own process", async () => {
    const { config } = identity;
    const child = spawn(process.execPath, ["identity/admin/main.ts", "sectors", "mapping", "waterco"], {
      env: {
        PATH: process.env.PATH,
        ...environmentOf(config),
      },
    });
    child.stdin.end(`${inVersion(2).seal(wei.citizenId)}\n`);
    const [printed, complained] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(complained).toBe("1 mapped, 0 not of this sector's old version.\n");
    expect(JSON.parse(printed)).toMatchObject({ new: inVersion(3).seal(wei.citizenId) });
  });

  it("stays what it was when the change is called off", async () => {
    expect((await step("cancel")).code).toBe(0);
    expect(await versionsTold()).toEqual({ issued: 2, accepted: [2] });
  });

  it("leaves every step in the record of administration", async () => {
    const { printed } = await runAdmin(identity, "changes list");
    const actions = printed.map((line) => line.split(" ").slice(2).join(" "));
    expect(actions.toReversed()).toEqual([
      "sectors waterco add",
      "sectors waterco key-begin",
      "sectors waterco key-switch",
      "sectors waterco key-end",
      "sectors waterco key-begin",
      "sectors waterco mapping",
      "sectors waterco mapping",
      "sectors waterco key-cancel",
    ]);
  });
});
