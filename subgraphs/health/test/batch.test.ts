import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { citizenId } from "../../kit/test/citizens.ts";
import { startTestDepartment, type TestDepartment } from "../../kit/test/department.ts";
import { askForEverything } from "../../kit/test/statements.ts";
import { resolvers } from "../resolvers/index.ts";
import { startHealth } from "../server.ts";
import { healthLoaders } from "../store/loaders.ts";

const citizens = Array.from({ length: 1_000 }, (_, n) => citizenId(`citizen ${n}`));
const parts = { name: "health", resolvers, loaders: healthLoaders };

let health: TestDepartment;

beforeAll(async () => {
  health = await startTestDepartment("health", startHealth, "2026-11-24");
  await health.database.query("INSERT INTO coverage SELECT unnest($1::text[]), 'EMPLOYEE', '2010-07-01', NULL, 100", [
    citizens,
  ]);
  await health.database.query(
    `INSERT INTO encounter SELECT gen_random_uuid(), citizen, 'VIRTUAL', now() - n * interval '1 day', NULL, 'A', 'B', 'C', 2, 1
     FROM unnest($1::text[]) AS citizen, generate_series(1, 3) AS n`,
    [citizens],
  );
  await health.database.query(
    "INSERT INTO medication_request SELECT gen_random_uuid(), id, citizen_id, 'A', 'B', started_at, 'ACTIVE' FROM encounter",
  );
});

afterAll(() => health.close());

describe("everything about a thousand citizens", () => {
  it("costs the health department as many statements as everything about two", async () => {
    const two = await askForEverything(parts, health, citizens.slice(0, 2));
    const thousand = await askForEverything(parts, health, citizens);
    expect(thousand.answer.errors).toBeUndefined();
    expect(thousand.answer.data._entities.map((citizen: { id: string }) => citizen.id)).toEqual(citizens);
    expect(thousand.answer.data._entities[999].encounters.edges[2].node.medicationRequests).toHaveLength(1);
    expect(two.statements).toBeGreaterThan(0);
    expect(thousand.statements).toBe(two.statements);
  });
});
