/** Databases of their own on a PostgreSQL server, for tests and for programs that test. */
import { randomBytes } from "node:crypto";
import pg from "pg";

/** A database of its own for one test file. */
export interface TestDatabase {
  readonly url: string;
  /** Removes it, whoever is still connected. */
  drop(): Promise<void>;
}

/**
 * Makes an empty database on the server at `serverUrl`. Roles that bear the database's name go with it:
 * they belong to the server, and a city makes one for each service.
 */
export async function createDatabaseOn(serverUrl: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await asSuperuser(serverUrl, (client) => client.query(`CREATE DATABASE ${name}`));
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const drop = (client: pg.Client) => dropWithRoles(client, name);
  return { url: url.href, drop: () => asSuperuser(serverUrl, drop) };
}

async function dropWithRoles(client: pg.Client, name: string): Promise<void> {
  await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
  const { rows } = await client.query<{ rolname: string }>(
    "SELECT rolname FROM pg_roles WHERE starts_with(rolname, $1)",
    [`${name}_`],
  );
  for (const { rolname } of rows) await client.query(`DROP ROLE ${pg.escapeIdentifier(rolname)}`);
}

async function asSuperuser(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
