/** Gives the whole test run one PostgreSQL: the server at DATABASE_URL, or an embedded one of its own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startEmbeddedPostgres } from "../embedded-postgres.ts";
import { createLogger } from "../log.ts";
import { freePort } from "./ports.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Connection of a superuser who may create databases and roles. */
    databaseUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env.DATABASE_URL;
  if (given) {
    project.provide("databaseUrl", given);
    return undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), "huimin-test-"));
  const server = await startEmbeddedPostgres({
    dataDir: join(folder, "postgres"),
    port: await freePort(),
    password: "test",
    log: createLogger("test-database", "error"),
  });
  project.provide("databaseUrl", server.url);
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
