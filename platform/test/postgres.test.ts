import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../log.ts";
import { createDatabase, type Database, migrate } from "../postgres.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

let server: TestDatabase;
let database: Database;
let folder: string;
const log = createLogger("test", "error");

beforeAll(async () => {
  server = await createTestDatabase();
  database = createDatabase({ url: server.url, schema: "pantry", log });
});
afterAll(async () => {
  await database.close();
  await server.drop();
});
afterEach(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  await database.query("DROP SCHEMA IF EXISTS pantry CASCADE");
  folder = await mkdtemp(join(tmpdir(), "huimin-migrations-"));
  await writeFile(join(folder, "0001-first.sql"), "CREATE TABLE jar (id int PRIMARY KEY);");
});

const run = () => migrate(database, "pantry", pathToFileURL(`${folder}/`));

describe("migrations", () => {
  it("run once, in order, in the schema of the service", async () => {
    await run();
    await writeFile(join(folder, "0002-label.sql"), "ALTER TABLE jar ADD label text; CREATE INDEX ON jar (label);");
    await run();
    await run();
    await database.query("INSERT INTO pantry.jar (id, label) VALUES (1, 'plum')");
    expect(await database.query("SELECT label FROM jar")).toEqual([{ label: "plum" }]);
  });

  it("of two replicas that start together, one waits for the other", async () => {
    await Promise.all([run(), run(), run()]);
    expect(await database.query("SELECT name FROM migration")).toHaveLength(1);
  });

  it("leave nothing half when one fails", async () => {
    await writeFile(join(folder, "0002-broken.sql"), "CREATE TABLE lid (id int); SELECT * FROM nowhere;");
    await expect(run()).rejects.toThrow(/nowhere/);
    expect(await database.query("SELECT 1 FROM pg_tables WHERE schemaname = 'pantry'")).toEqual([]);
  });

  it("refuse one that was edited after it had run", async () => {
    await run();
    await writeFile(join(folder, "0001-first.sql"), "CREATE TABLE jar (id bigint PRIMARY KEY);");
    await expect(run()).rejects.toThrow("migration 0001-first.sql of schema pantry was edited");
  });

  it("refuse a schema that is newer than the program", async () => {
    await writeFile(join(folder, "0002-more.sql"), "CREATE TABLE lid (id int);");
    await run();
    await rm(join(folder, "0002-more.sql"));
    await expect(run()).rejects.toThrow("newer than this program");
  });
});

describe("a transaction", () => {
  it("is rolled back when its work fails, and its connection serves on", async () => {
    await run();
    const failing = database.transaction(async (tx) => {
      await tx.query("INSERT INTO jar (id) VALUES (7)");
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");
    expect(await database.query("SELECT * FROM jar")).toEqual([]);
  });

  it("gives days back as text, whatever the time zone of the process", async () => {
    expect(await database.query("SELECT DATE '1961-03-09' AS day")).toEqual([{ day: "1961-03-09" }]);
  });
});
