import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { citizenId } from "../../kit/test/citizens.ts";
import { startTestDepartment, type TestDepartment } from "../../kit/test/department.ts";
import { askForEverything } from "../../kit/test/statements.ts";
import { resolvers } from "../resolvers/index.ts";
import { startUtilities } from "../server.ts";
import { utilitiesLoaders } from "../store/loaders.ts";

const citizens = Array.from({ length: 1_000 }, (_, n) => citizenId(`citizen ${n}`));
const parts = { name: "utilities", resolvers, loaders: utilitiesLoaders };

let utilities: TestDepartment;

beforeAll(async () => {
  utilities = await startTestDepartment("utilities", startUtilities, "2026-11-24");
  const { database } = utilities;
  await database.query(
    "INSERT INTO premises SELECT gen_random_uuid(), 'A', citizen, '830000' FROM unnest($1::text[]) AS citizen",
    [citizens],
  );
  await database.query("INSERT INTO resident SELECT line, id FROM premises");
  await database.query("INSERT INTO meter SELECT gen_random_uuid(), id, unnest(ARRAY['WATER', 'POWER']) FROM premises");
  await database.query("INSERT INTO reading SELECT id, '2026-0' || n, n, 1 FROM meter, generate_series(1, 6) AS n");
  await database.query(
    "INSERT INTO bill SELECT gen_random_uuid(), id, 'WATER', '2026-0' || n, 1, 100, '2026-12-15', NULL FROM premises, generate_series(1, 6) AS n",
  );
});

afterAll(() => utilities.close());

describe("everything about a thousand citizens", () => {
  it("costs the utilities department as many statements as everything about two", async () => {
    const two = await askForEverything(parts, utilities, citizens.slice(0, 2));
    const thousand = await askForEverything(parts, utilities, citizens);
    expect(thousand.answer.errors).toBeUndefined();
    expect(thousand.answer.data._entities.map((citizen: { id: string }) => citizen.id)).toEqual(citizens);
    expect(thousand.answer.data._entities[999].premises[0].meters[1].readings).toHaveLength(6);
    expect(two.statements).toBeGreaterThan(0);
    expect(thousand.statements).toBe(two.statements);
  });
});
