import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { citizenId } from "../../kit/test/citizens.ts";
import { startTestDepartment, type TestDepartment } from "../../kit/test/department.ts";
import { askForEverything } from "../../kit/test/statements.ts";
import { resolvers } from "../resolvers/index.ts";
import { startPension } from "../server.ts";
import { pensionLoaders } from "../store/loaders.ts";

const citizens = Array.from({ length: 1_000 }, (_, n) => citizenId(`citizen ${n}`));
const parts = { name: "pension", resolvers, loaders: pensionLoaders };

let pension: TestDepartment;

beforeAll(async () => {
  pension = await startTestDepartment("pension", startPension, "2026-11-24");
  await pension.database.query(
    `INSERT INTO participant SELECT unnest($1::text[]), 'EMPLOYEE', '1985-02', 'female_cadre', true, 0, 1, 0, NULL`,
    [citizens],
  );
  await pension.database.query(
    `INSERT INTO contribution SELECT citizen_id, '2026-0' || n, 500000, 80000, 40000 FROM participant, generate_series(1, 9) AS n`,
  );
  await pension.database.query(
    `INSERT INTO payment SELECT citizen_id, '2025-0' || n, '2025-01-15', 1 FROM participant, generate_series(1, 3) AS n`,
  );
});

afterAll(() => pension.close());

describe("everything about a thousand citizens", () => {
  it("costs the pension department as many statements as everything about two", async () => {
    const two = await askForEverything(parts, pension, citizens.slice(0, 2));
    const thousand = await askForEverything(parts, pension, citizens);
    expect(thousand.answer.errors).toBeUndefined();
    expect(thousand.answer.data._entities.map((citizen: { id: string }) => citizen.id)).toEqual(citizens);
    expect(thousand.answer.data._entities[999].pension.contributions.edges).toHaveLength(9);
    expect(two.statements).toBeGreaterThan(0);
    expect(thousand.statements).toBe(two.statements);
  });
});
