/**
 * PostgreSQL: one pool a service, bound to the one schema that the service owns, and its migrations.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import pg from "pg";
import type { Logger } from "./log.ts";

/** Runs SQL. Rows come back as plain objects; `values` are bound, never spliced. */
export interface Queryable {
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** The part of PostgreSQL that one service owns. */
export interface Database extends Queryable {
  /** Runs `work` in one transaction; commits when it resolves, rolls back when it rejects. */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /** Waits for queries in flight and closes every connection. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  /** The schema that the service owns; created when it is missing. */
  readonly schema: string;
  readonly log: Logger;
  /** Most connections at once. */
  readonly connections?: number;
}

// Dates and times stay text: a `Date` would drag the process's time zone into calendar days.
const textTypes = new pg.TypeOverrides();
textTypes.setTypeParser(pg.types.builtins.DATE, (text) => text);
textTypes.setTypeParser(pg.types.builtins.INT8, (text) => Number(text));

/** Connects lazily; the first query opens the first connection. */
export function createDatabase({ url, schema, log, connections = 10 }: DatabaseOptions): Database {
  assertIdentifier(schema);
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    application_name: `huimin-${schema}`,
    options: `-c search_path=${schema} -c timezone=UTC`,
    statement_timeout: 10_000,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    types: textTypes,
  });
  pool.on("error", (error) => log.warn({ err: error }, "idle database connection lost"));
  return {
    query: async <Row extends object>(text: string, values?: readonly unknown[]) =>
      (await pool.query<Row>(prepared(text, values))).rows,
    transaction: (work) => inTransaction(pool, work),
    close: () => pool.end(),
  };
}

/** Most statements that are kept prepared: each costs the server some memory on every connection. */
const mostPrepared = 500;

const preparedNames = new Map<string, string>();

/**
 * Has a statement with values parsed and planned once on each connection, in the place of each time. What such a
 * statement selects must be named, not `*`: it fails on connections on which its columns have changed since.
 */
function prepared(text: string, values: readonly unknown[] | undefined): pg.QueryConfig {
  if (values === undefined) return { text };
  const name = preparedNames.get(text) ?? (preparedNames.size < mostPrepared ? `s${preparedNames.size}` : undefined);
  if (name === undefined) return { text, values: [...values] };
  preparedNames.set(text, name);
  return { name, text, values: [...values] };
}

async function inTransaction<T>(pool: pg.Pool, work: (tx: Queryable) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    const result = await work({
      query: async <Row extends object>(text: string, values?: readonly unknown[]) =>
        (await client.query<Row>(prepared(text, values))).rows,
    });
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch((rollback: Error) => {
      broken = rollback;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/**
 * Brings `schema` up to date with the `NNNN-name.sql` files of `folder`, in order, all in one
 * transaction. Replicas that start together wait for one another.
 *
 * @throws Error when a migration that has run was edited, or when the schema is newer than the code.
 */
export async function migrate(database: Database, schema: string, folder: URL): Promise<void> {
  assertIdentifier(schema);
  const files = (await readdir(folder)).filter((file) => file.endsWith(".sql")).sort();
  await database.transaction(async (tx) => {
    await tx.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`huimin-migrate-${schema}`]);
    const [found] = await tx.query("SELECT 1 FROM pg_namespace WHERE nspname = $1", [schema]);
    if (!found) await tx.query(`CREATE SCHEMA ${schema}`);
    await tx.query(
      `CREATE TABLE IF NOT EXISTS ${schema}.migration (name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
    );
    const applied = await tx.query<{ name: string; sha256: string }>(`SELECT name, sha256 FROM ${schema}.migration`);
    const known = new Map(applied.map((row) => [row.name, row.sha256]));
    for (const name of known.keys()) {
      if (!files.includes(name)) throw new Error(`schema ${schema} is newer than this program (migration ${name})`);
    }
    for (const file of files) {
      const sql = await readFile(new URL(file, folder), "utf8");
      const sha256 = createHash("sha256").update(sql).digest("hex");
      const before = known.get(file);
      if (before === sha256) continue;
      if (before !== undefined) throw new Error(`migration ${file} of schema ${schema} was edited after it had run`);
      await tx.query(sql);
      await tx.query(`INSERT INTO ${schema}.migration (name, sha256) VALUES ($1, $2)`, [file, sha256]);
    }
  });
}

function assertIdentifier(name: string): void {
  if (!/^[a-z][a-z0-9_]{0,40}$/.test(name)) throw new TypeError(`not a plain SQL identifier: ${name}`);
}
