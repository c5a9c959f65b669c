import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { firstVersion } from "../../trust/pseudonym.ts";
import { aygul, wei } from "./support/citizens.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";

let identity: TestIdentity;
beforeAll(async () => {
  identity = await startTestIdentity();
});
afterAll(() => identity.close());

describe("the versions of the sectors' keys", () => {
  it("are told to everybody, and the keys to nobody", async () => {
    const response = await fetch(`${identity.issuer}/sectors`);
    expect(response.headers.get("cache-control")).toBe("max-age=30");
    expect(await response.json()).toEqual({ sectors: { government: firstVersion } });
  });
});

describe("a citizen ID", () => {
  const insert = `INSERT INTO citizen (citizen_id, resident_id, name, birth_date) VALUES ($1, $2, 'x', '2000-01-01')`;

  it("is never used again once its citizen has left the register", async () => {
    const { database } = identity;
    await database.query("DELETE FROM citizen WHERE citizen_id = $1", [wei.citizenId]);
    await expect(database.query(insert, [wei.citizenId, wei.residentId])).rejects.toThrow("never used again");
    // The person may come back, under a new one.
    await database.query(insert, ["11111111-2222-4333-8444-555555555555", wei.residentId]);
  });

  it("cannot be exchanged for another", async () => {
    const exchange = identity.database.query(
      "UPDATE citizen SET citizen_id = gen_random_uuid() WHERE citizen_id = $1",
      [aygul.citizenId],
    );
    await expect(exchange).rejects.toThrow("permanent");
  });

  it("of somebody who left is kept as a digest alone", async () => {
    const [row] = await identity.database.query<{ text: string }>("SELECT r::text AS text FROM retired_citizen_id r");
    expect(row?.text).not.toContain(wei.citizenId.slice(0, 8));
  });
});
