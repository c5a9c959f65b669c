import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { citizenId } from "../../kit/test/citizens.ts";
import { startTestDepartment, type TestDepartment } from "../../kit/test/department.ts";
import { askForEverything } from "../../kit/test/statements.ts";
import { resolvers } from "../resolvers/index.ts";
import { startEmployment } from "../server.ts";
import { employmentLoaders } from "../store/loaders.ts";

const citizens = Array.from({ length: 1_000 }, (_, n) => citizenId(`citizen ${n}`));
const parts = { name: "employment", resolvers, loaders: employmentLoaders };

let employment: TestDepartment;

beforeAll(async () => {
  employment = await startTestDepartment("employment", startEmployment, "2026-11-24");
  await employment.database.query("INSERT INTO person SELECT unnest($1::text[])", [citizens]);
  await employment.database.query(
    `INSERT INTO job SELECT gen_random_uuid(), citizen_id, 'A', 'B', '2001-01-01', '2002-01-01' FROM person, generate_series(1, 2)`,
  );
  await employment.database.query("INSERT INTO unemployment SELECT citizen_id, '2026-01-01', true, 60, 1 FROM person");
});

afterAll(() => employment.close());

describe("everything about a thousand citizens", () => {
  it("costs the employment department as many statements as everything about two", async () => {
    const two = await askForEverything(parts, employment, citizens.slice(0, 2));
    const thousand = await askForEverything(parts, employment, citizens);
    expect(thousand.answer.errors).toBeUndefined();
    expect(thousand.answer.data._entities.map((citizen: { id: string }) => citizen.id)).toEqual(citizens);
    expect(thousand.answer.data._entities[999].employment.unemployment.benefit.monthsLeft).toBe(17);
    expect(two.statements).toBeGreaterThan(0);
    expect(thousand.statements).toBe(two.statements);
  });
});
