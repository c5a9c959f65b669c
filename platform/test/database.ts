import { inject } from "vitest";
import { createDatabaseOn, type TestDatabase } from "./server-database.ts";

export type { TestDatabase };

/** Makes an empty database on the test run's PostgreSQL. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return await createDatabaseOn(inject("databaseUrl"));
}
