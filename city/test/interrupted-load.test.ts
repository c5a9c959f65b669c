import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bareTables } from "../load/bare-tables.ts";
import { citizensToLoad, parseCitizens, usualCitizens } from "../load/plan.ts";
import { readManifest } from "../load/roles.ts";
import { type CityDatabase, createCityDatabase, plan } from "./loaded-city.ts";

let city: CityDatabase;
beforeEach(async () => {
  city = await createCityDatabase();
});
afterEach(() => city.drop());

async function countOf(table: string): Promise<number> {
  const { rows } = await city.owner.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`);
  return rows[0]?.count ?? Number.NaN;
}

const populatedTables = ["identity.citizen", "health.encounter", "pension.contribution", "utilities.reading"];

describe("loading a city", () => {
  it("leaves nothing half when it is interrupted, and begins again the next time", async () => {
    const interrupted = city.load({
      plan: { ...plan, citizens: 1_000 },
      progress: (citizens) => {
        if (citizens > 200) throw new Error("interrupted");
      },
    });
    await expect(interrupted).rejects.toThrow("interrupted");
    expect(await readManifest(city.owner)).toBeNull();
    for (const table of populatedTables) expect(await countOf(table)).toBe(0);
    await city.load();
    expect(await countOf("identity.citizen")).toBe(plan.citizens);
  });

  it("puts a new city in the place of the old one", async () => {
    await city.load();
    await city.load({ plan: { ...plan, citizens: 30 } });
    expect(await countOf("identity.citizen")).toBe(30);
    expect(await readManifest(city.owner)).toMatchObject({ citizens: 30 });
  });

  it("leaves a schema alone that is not the city's, and says so", async () => {
    await city.owner.query("CREATE SCHEMA health CREATE TABLE patient (name text)");
    await expect(city.load()).rejects.toThrow(/has a schema health that is not the city's; give the city a database/);
    expect(await countOf("health.patient")).toBe(0);
    expect((await city.owner.query("SELECT FROM pg_namespace WHERE nspname = 'identity'")).rowCount).toBe(0);
  });

  it("is done by one process at a time", async () => {
    const first = city.load();
    const other = await import("../load/roles.ts").then(({ connectAsOwner }) => connectAsOwner(city.url));
    try {
      await expect(city.load({ owner: other })).rejects.toThrow("Another process is loading a city");
    } finally {
      await first;
      await other.end();
    }
  });
});

describe("tables that were bare while they were filled", () => {
  const schemaOf = async () => {
    const { rows } = await city.owner.query(
      `SELECT conrelid::regclass::text AS at, conname AS name, pg_get_constraintdef(oid) AS definition
         FROM pg_constraint WHERE connamespace = 'probe'::regnamespace
       UNION ALL SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'probe' ORDER BY 1, 2, 3`,
    );
    return rows;
  };

  beforeEach(async () => {
    await city.owner.query(
      `CREATE SCHEMA probe
         CREATE TABLE parent (id int PRIMARY KEY, name text UNIQUE CHECK (name <> ''))
         CREATE TABLE child (id int PRIMARY KEY, parent_id int NOT NULL REFERENCES parent)
         CREATE INDEX child_of_parent ON child (parent_id) WHERE parent_id > 0`,
    );
  });

  it("have every key, reference and index again", async () => {
    const before = await schemaOf();
    expect(before.length).toBeGreaterThan(6);
    const restore = await bareTables(city.owner, "probe");
    expect((await schemaOf()).length).toBeLessThan(before.length);
    await restore();
    expect(await schemaOf()).toEqual(before);
  });

  it("refuse rows that do not fit together", async () => {
    const restore = await bareTables(city.owner, "probe");
    await city.owner.query("INSERT INTO probe.child VALUES (1, 7)");
    await expect(restore()).rejects.toThrow(/foreign key/);
  });
});

describe("what is asked for against what is there", () => {
  const manifest = { seed: "huimin", citizens: 500, asOf: "2026-11-24", keyFingerprint: "same", lacking: [] };
  const nothing = { citizens: undefined, fresh: false };

  it("loads the usual city into an empty database and keeps one that is there", () => {
    expect(citizensToLoad(null, nothing, "same")).toBe(usualCitizens);
    expect(citizensToLoad(manifest, nothing, "same")).toBeNull();
    expect(citizensToLoad(manifest, { citizens: 500, fresh: false }, "same")).toBeNull();
  });

  it("makes a new city when a fresh one is asked for, whatever is there", () => {
    expect(citizensToLoad(manifest, { citizens: 7, fresh: true }, "other")).toBe(7);
    expect(citizensToLoad(manifest, { citizens: undefined, fresh: true }, "same")).toBe(usualCitizens);
  });

  it("refuses another size and other secrets in one sentence that names --fresh", () => {
    expect(() => citizensToLoad(manifest, { citizens: 7, fresh: false }, "same")).toThrow(
      "The city has 500 citizens, not 7; leave --citizens out, or add --fresh for a new city.",
    );
    expect(() => citizensToLoad(manifest, nothing, "other")).toThrow(/made with other secrets.*--fresh/);
  });

  it("refuses a city of an earlier version, which lacks services", () => {
    const earlier = { ...manifest, lacking: ["water", "power"] };
    expect(() => citizensToLoad(earlier, nothing, "same")).toThrow(/without water and power; add --fresh/);
    expect(citizensToLoad(earlier, { citizens: 7, fresh: true }, "same")).toBe(7);
  });

  it.each(["2", "0", "-5", "1e3", "", "lots", "500001"])("refuses --citizens %j", (text) => {
    expect(() => parseCitizens(text)).toThrow("--citizens must be a whole number from 3 to 500000");
  });
});
