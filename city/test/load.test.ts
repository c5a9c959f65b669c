import { verify } from "@node-rs/argon2";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { governmentSector, sectorPseudonyms } from "../../trust/pseudonym.ts";
import { companySectors } from "../companies/sectors.ts";
import { readManifest, urlOfService } from "../load/roles.ts";
import { type StoringService, storingServices } from "../load/tables.ts";
import { chargingPrice, drinkingWaterPrice } from "../population/companies.ts";
import { demoPassword } from "../population/demo.ts";
import { tariffs } from "../population/utilities.ts";
import { type CityDatabase, createCityDatabase, plan } from "./loaded-city.ts";

let city: CityDatabase;

beforeAll(async () => {
  city = await createCityDatabase();
  await city.load();
});
afterAll(() => city.drop());

async function ask<Row extends object>(sql: string): Promise<Row[]> {
  return (await city.owner.query<Row>(sql)).rows;
}

async function column(sql: string): Promise<string[]> {
  return (await ask<{ value: string }>(sql)).map(({ value }) => value);
}

/** Every row of these services, as text. */
async function everythingOf(...services: readonly StoringService[]): Promise<string> {
  const tables = await column(
    `SELECT format('%I.%I', schemaname, tablename) AS value FROM pg_tables
      WHERE schemaname IN (${services.map((service) => `'${service}'`).join(", ")})`,
  );
  let everything = "";
  for (const table of tables) {
    everything += (await column(`SELECT row::text AS value FROM ${table} AS row`)).join("\n");
  }
  return everything;
}

describe("a loaded city", () => {
  it("has all its citizens in the register, and an account for each grown-up", async () => {
    const [counted] = await ask(
      `SELECT count(*)::int AS citizens, count(account.citizen_id)::int AS accounts,
              count(*) FILTER (WHERE birth_date <= date '2026-11-24' - interval '18 years')::int AS adults
         FROM identity.citizen LEFT JOIN identity.account USING (citizen_id)`,
    );
    const { citizens, accounts, adults } = counted as Record<string, number>;
    expect(citizens).toBe(plan.citizens);
    expect(accounts).toBe(adults);
  });

  it("has one or two parents for each minor, grown-ups of the same home with accounts", async () => {
    const [counted] = await ask<{ minors: number; wards: number; strange: number }>(
      `SELECT (SELECT count(*)::int FROM identity.citizen LEFT JOIN identity.account USING (citizen_id)
               WHERE account.citizen_id IS NULL) AS minors,
              count(DISTINCT ward)::int AS wards,
              count(*) FILTER (WHERE g.address_line <> w.address_line OR a.citizen_id IS NULL)::int AS strange
         FROM identity.guardianship
         JOIN identity.citizen g ON g.citizen_id = guardian JOIN identity.citizen w ON w.citizen_id = ward
         LEFT JOIN identity.account a ON a.citizen_id = guardian`,
    );
    expect(counted?.minors).toBeGreaterThan(0);
    expect(counted).toEqual({ minors: counted?.minors, wards: counted?.minors, strange: 0 });
    const most = await ask("SELECT ward FROM identity.guardianship GROUP BY ward HAVING count(*) > 2");
    expect(most).toEqual([]);
  });

  it("lets every synthetic citizen in by the one demo password", async () => {
    const hashes = await column("SELECT DISTINCT password_hash AS value FROM identity.account");
    expect(hashes).toHaveLength(1);
    expect(await verify(String(hashes[0]), demoPassword)).toBe(true);
  });

  it("knows citizens outside identity by government pseudonyms of people in the register, and by nothing else", async () => {
    const pseudonyms = sectorPseudonyms(city.pseudonymKey, governmentSector);
    const register = await ask<{ citizen_id: string; resident_id: string; mobile: string | null }>(
      "SELECT citizen_id, resident_id, mobile FROM identity.citizen LEFT JOIN identity.account USING (citizen_id)",
    );
    const known = await column(
      `SELECT citizen_id AS value FROM health.coverage UNION SELECT citizen_id FROM health.encounter
       UNION SELECT citizen_id FROM pension.participant UNION SELECT citizen_id FROM employment.person
       UNION SELECT citizen_id FROM utilities.resident`,
    );
    const ids = new Set(register.map(({ citizen_id }) => citizen_id));
    for (const pseudonym of known) expect(ids).toContain(pseudonyms.open(pseudonym));
    const everything = await everythingOf("health", "pension", "employment", "utilities");
    expect(everything).toContain(String(known[0]));
    for (const { citizen_id, resident_id, mobile } of register) {
      for (const secret of [citizen_id, resident_id, mobile ?? citizen_id]) expect(everything).not.toContain(secret);
    }
  });

  it("pays a pension to exactly those whom the employment department knows as retired, and they have no job", async () => {
    const disagreeing = await ask(
      `SELECT citizen_id FROM pension.participant FULL JOIN employment.person USING (citizen_id)
        WHERE retired_on IS DISTINCT FROM (pension_since || '-01')::date
           OR (retired_on IS NOT NULL AND EXISTS (
                SELECT FROM employment.job WHERE job.citizen_id = person.citizen_id AND end_on IS NULL))`,
    );
    expect(disagreeing).toEqual([]);
    expect(await ask("SELECT FROM employment.person WHERE retired_on IS NOT NULL")).not.toEqual([]);
  });

  it("has a contribution for each month of a job since the records began, and carries the months before", async () => {
    const disagreeing = await ask(
      `WITH worked AS (
         SELECT citizen_id, to_char(month, 'YYYY-MM') AS month
           FROM employment.job, generate_series(date_trunc('month', start_on),
                  least(end_on, date '2026-10-31'), interval '1 month') AS month
       ), total AS (SELECT citizen_id, count(*) AS months FROM worked GROUP BY citizen_id)
       SELECT citizen_id FROM total FULL JOIN pension.participant USING (citizen_id)
        WHERE scheme = 'EMPLOYEE' AND months IS DISTINCT FROM carried_months +
              (SELECT count(*) FROM pension.contribution JOIN worked USING (citizen_id, month)
                WHERE citizen_id = participant.citizen_id)`,
    );
    expect(disagreeing).toEqual([]);
  });

  it("counts the contributions of the unemployed in both departments alike", async () => {
    const pairs = await ask<{ theirs: number; ours: number }>(
      `SELECT unemployment.contribution_months AS theirs, carried_months +
              (SELECT count(*)::int FROM pension.contribution WHERE citizen_id = participant.citizen_id) AS ours
         FROM employment.unemployment JOIN pension.participant USING (citizen_id)`,
    );
    expect(pairs).not.toEqual([]);
    for (const { theirs, ours } of pairs) expect(theirs).toBe(ours);
  });

  it("insures whoever works with the employees' scheme", async () => {
    const disagreeing = await ask(
      `SELECT citizen_id FROM employment.job LEFT JOIN health.coverage USING (citizen_id)
        WHERE job.end_on IS NULL AND scheme IS DISTINCT FROM 'EMPLOYEE'`,
    );
    expect(disagreeing).toEqual([]);
  });

  it("supplies each citizen at the address of the register", async () => {
    const pseudonyms = sectorPseudonyms(city.pseudonymKey, governmentSector);
    const homes = new Map(
      (
        await ask<{ citizen_id: string; home: string }>(
          "SELECT citizen_id, concat_ws(',', district, line, postal_code) AS home FROM utilities.resident JOIN utilities.premises ON id = premises_id",
        )
      ).map(({ citizen_id, home }) => [pseudonyms.open(citizen_id), home]),
    );
    const register = await ask<{ citizen_id: string; home: string }>(
      "SELECT citizen_id, concat_ws(',', address_district, address_line, address_postal_code) AS home FROM identity.citizen",
    );
    expect(homes.size).toBe(plan.citizens);
    for (const { citizen_id, home } of register) expect(homes.get(citizen_id)).toBe(home);
  });

  it("bills what the meters of the home counted, at the tariff", async () => {
    const bills = await ask<{ service: keyof typeof tariffs; used: string; billed: string; amount: number }>(
      `SELECT bill.service, reading.consumption AS used, bill.consumption AS billed, amount
         FROM utilities.bill LEFT JOIN utilities.meter USING (premises_id, service)
         LEFT JOIN utilities.reading ON meter_id = meter.id AND reading.month = bill.month`,
    );
    expect(bills.length).toBeGreaterThan(100);
    for (const { service, used, billed, amount } of bills) {
      expect(used).toBe(billed);
      const thousandths = Math.round(Number(used) * 1_000);
      expect(amount).toBe(Math.round((thousandths * tariffs[service]) / 1_000));
    }
  });

  it("knows the customers of a company by that company's own form alone", async () => {
    const forms = new Map<string, string[]>();
    for (const [company, sector] of Object.entries(companySectors)) {
      const pseudonyms = sectorPseudonyms(city.pseudonymKey, sector);
      const customers = await column(`SELECT citizen_id AS value FROM ${company}.account`);
      const people = customers.map((customer) => String(pseudonyms.open(customer)));
      const adults = await column("SELECT citizen_id::text AS value FROM identity.account");
      expect(people.length).toBeGreaterThan(3);
      for (const person of people) expect(adults).toContain(person);
      forms.set(company, people);
    }
    const shared = forms.get("water")?.filter((person) => forms.get("power")?.includes(person));
    expect(shared?.length).toBeGreaterThanOrEqual(3);
  });

  it("gives the two companies nothing by which their tables could be joined, and the departments nothing either", async () => {
    // What is long enough to tell people apart: pseudonyms, customer numbers, identifiers.
    const keys = (text: string) => new Set(text.match(/[\w-]{16,}/g));
    const [water, power] = [keys(await everythingOf("water")), keys(await everythingOf("power"))];
    const departments = keys(await everythingOf("health", "pension", "employment", "utilities"));
    expect([water.size > 50, power.size > 50, departments.size > 50]).toEqual([true, true, true]);
    expect([...water].filter((key) => power.has(key) || departments.has(key))).toEqual([]);
    expect([...power].filter((key) => departments.has(key))).toEqual([]);
  });

  it("bills what a contract used, at the company's price", async () => {
    const water = await ask<{ used: number; amount: number }>(
      "SELECT consumption::float8 AS used, amount FROM water.bill",
    );
    for (const { used, amount } of water) expect(amount).toBe(Math.round(used * drinkingWaterPrice));
    const power = await ask<{ used: number; night: number; amount: number }>(
      "SELECT consumption::float8 AS used, night_consumption::float8 AS night, amount FROM power.bill",
    );
    for (const { used, night, amount } of power) {
      expect(amount).toBe((used - night) * chargingPrice.day + night * chargingPrice.night);
    }
    expect([water.length > 30, power.length > 30]).toEqual([true, true]);
  });

  it("has the companies in identity's registers, put there as an operator does", async () => {
    const sectors = await column("SELECT sector AS value FROM identity.sector WHERE document->>'kind' = 'company'");
    expect(sectors.sort()).toEqual(Object.values(companySectors).sort());
    const scopes = await ask("SELECT scope, document->'sectors' AS sectors FROM identity.scope ORDER BY scope");
    expect(scopes).toEqual([
      { scope: "power:read", sectors: ["government", "powerco"] },
      { scope: "water:read", sectors: ["government", "waterco"] },
    ]);
    const recorded = await column("SELECT entry AS value FROM identity.admin_change WHERE actor = 'city/load.ts'");
    expect(recorded.sort()).toEqual(["power:read", "powerco", "water:read", "waterco"]);
  });

  it("keeps each service's role out of every other schema and out of the manifest", async () => {
    for (const service of storingServices) {
      const client = new pg.Client(urlOfService(city.url, service, city.passwords));
      await client.connect();
      try {
        const own = await client.query(`SELECT count(*) FROM ${service}.migration`);
        expect(own.rowCount).toBe(1);
        const others = storingServices.filter((other) => other !== service).map((other) => `${other}.migration`);
        for (const table of [...others, "city.manifest"]) {
          await expect(client.query(`SELECT FROM ${table}`)).rejects.toMatchObject({ code: "42501" });
        }
      } finally {
        await client.end();
      }
    }
  });

  it("tells a user without rights to use another", async () => {
    const pension = new pg.Client({ connectionString: urlOfService(city.url, "pension", city.passwords) });
    await pension.connect();
    await expect(readManifest(pension)).rejects.toThrow(
      "The user in DATABASE_URL may not make roles and schemas; use one that may.",
    );
    await pension.end();
  });

  it("says in its manifest what it is", async () => {
    expect(await readManifest(city.owner)).toEqual({
      seed: plan.seed,
      citizens: plan.citizens,
      asOf: "2026-11-24",
      keyFingerprint: expect.stringMatching(/^[\w-]{22}$/),
      lacking: [],
    });
  });
});
