import { expect, it } from "vitest";
import { createLogger } from "../../platform/log.ts";
import { createDatabase, migrate } from "../../platform/postgres.ts";
import { createTestDatabase } from "../../platform/test/database.ts";
import { inTurn } from "../maintenance.ts";
import { identityMigrations, identitySchema } from "../store/migrations.ts";

it("is done by one replica in each round, whichever comes first", async () => {
  const log = createLogger("test", "silent");
  const testDatabase = await createTestDatabase();
  const database = createDatabase({ url: testDatabase.url, schema: identitySchema, log });
  await migrate(database, identitySchema, identityMigrations);
  const doneBy: string[] = [];
  const replicas = ["a", "b", "c"].map((name) => inTurn(database, { sweep: async () => void doneBy.push(name) }));
  const round = () => Promise.all(replicas.map(({ sweep }) => sweep?.()));
  await round();
  expect(doneBy).toHaveLength(1);
  await round();
  expect(doneBy).toHaveLength(1);
  await database.query("UPDATE chore SET begun_at = begun_at - interval '50 seconds'");
  await round();
  expect(doneBy).toHaveLength(2);
  await database.close();
  await testDatabase.drop();
});
