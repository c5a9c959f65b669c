/** The city's place in a PostgreSQL database: a role and a schema for each service, and the manifest. */
import { createHmac } from "node:crypto";
import pg from "pg";
import { CityError, errorCode, reasonOf } from "../failure.ts";
import { type StoringService, storingServices } from "./tables.ts";

/** The password of each service's role. */
export type RolePasswords = Readonly<Record<StoringService, string>>;

/** What was loaded; written last, so that its absence means an unfinished load. */
export interface Manifest {
  readonly seed: string;
  readonly citizens: number;
  /** The day on which the city was told, `YYYY-MM-DD`. */
  readonly asOf: string;
  /** Recognises the pseudonym key under which the records were written. */
  readonly keyFingerprint: string;
}

/** What is found of a city. */
export interface FoundCity extends Manifest {
  /** Services of this version that have no schema in it: it was loaded by an earlier one. */
  readonly lacking: readonly string[];
}

const oldestServer = 150_000;

/** SQLSTATE of a refusal for want of rights. */
const insufficientPrivilege = "42501";

/**
 * Connects as whoever may make roles and schemas.
 *
 * @throws CityError when the database does not let us in, or is older than PostgreSQL 15
 */
export async function connectAsOwner(url: string): Promise<pg.Client> {
  requireHostAndDatabase(url);
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    application_name: "huimin-city",
  });
  // A connection that breaks between two statements makes the next one fail; that is where it is told.
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    throw new CityError(`The database at ${placeOf(url)} cannot be used (${reasonOf(error)}); check DATABASE_URL.`, {
      cause: error,
    });
  }
  const { rows } = await client.query<{ server_version_num: string }>("SHOW server_version_num");
  if (Number(rows[0]?.server_version_num) < oldestServer) {
    await client.end();
    throw new CityError(`The database at ${placeOf(url)} is older than PostgreSQL 15; use a newer one.`);
  }
  return client;
}

/** Each service connects with the same URL under its own name, which a URL without a host cannot carry. */
function requireHostAndDatabase(url: string): void {
  const { hostname, pathname } = new URL(url);
  if (hostname !== "" && pathname.length > 1) return;
  throw new CityError("DATABASE_URL must name a host and a database, as postgresql://user@host/database does.");
}

/** Host, port and database of a URL, without user and password. */
export function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return host + pathname;
}

/** The URL with which one service connects. */
export function urlOfService(ownerUrl: string, service: StoringService, passwords: RolePasswords): string {
  const url = new URL(ownerUrl);
  url.username = roleOf(databaseOf(url), service);
  url.password = passwords[service];
  return url.href;
}

function databaseOf(url: URL): string {
  return decodeURIComponent(url.pathname.slice(1));
}

function nameOf(client: pg.Client): string {
  return client.database ?? "postgres";
}

/** Roles belong to the whole server, so they carry the database's name: two cities may share a server. */
function roleOf(database: string, service: StoringService): string {
  return `${database}_${service}`;
}

/**
 * What the city in the database was made from; null when there is none.
 *
 * @throws CityError when the rights to read it are missing
 */
export async function readManifest(client: pg.Client): Promise<FoundCity | null> {
  const { rows: found } = await client
    .query<{ manifest: string | null }>("SELECT to_regclass('city.manifest') AS manifest")
    .catch((error: unknown) => {
      throw explainRights(error);
    });
  if (!found[0]?.manifest) return null;
  const { rows } = await client.query<FoundCity>(
    `SELECT seed, citizens, as_of::text AS "asOf", key_fingerprint AS "keyFingerprint",
            ARRAY(SELECT service FROM unnest($1::text[]) AS service WHERE to_regnamespace(service) IS NULL) AS lacking
       FROM city.manifest`,
    [storingServices],
  );
  return rows[0] ?? null;
}

export async function writeManifest(client: pg.Client, manifest: Manifest): Promise<void> {
  await client.query("INSERT INTO city.manifest (seed, citizens, as_of, key_fingerprint) VALUES ($1, $2, $3, $4)", [
    manifest.seed,
    manifest.citizens,
    manifest.asOf,
    manifest.keyFingerprint,
  ]);
}

/** Tells keys apart without telling anything of them. */
export function fingerprintOf(pseudonymKey: Uint8Array): string {
  return createHmac("sha256", pseudonymKey).update("huimin city manifest").digest("base64url").slice(0, 22);
}

/**
 * Makes the roles and their empty schemas. What an earlier city left there goes; a schema that is not
 * the city's own stays, and stops the work.
 *
 * @throws CityError when a schema of the same name belongs to somebody else, or the rights are missing
 */
export async function makeRoles(client: pg.Client, passwords: RolePasswords): Promise<void> {
  await client.query("BEGIN");
  try {
    await removeCity(client);
    await makeSchemas(client, passwords);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw explainRights(error);
  }
}

function explainRights(error: unknown): unknown {
  if (errorCode(error) !== insufficientPrivilege) return error;
  return new CityError("The user in DATABASE_URL may not make roles and schemas; use one that may.", { cause: error });
}

async function makeSchemas(client: pg.Client, passwords: RolePasswords): Promise<void> {
  const database = nameOf(client);
  for (const service of storingServices) {
    const role = pg.escapeIdentifier(roleOf(database, service));
    await client.query(`CREATE ROLE ${role} LOGIN PASSWORD ${pg.escapeLiteral(passwords[service])}`);
    await client.query(`GRANT ${role} TO CURRENT_USER`);
    await client.query(`CREATE SCHEMA ${service} AUTHORIZATION ${role}`);
  }
  await client.query("CREATE SCHEMA city");
  await client.query(
    "CREATE TABLE city.manifest (seed text NOT NULL, citizens integer NOT NULL, as_of date NOT NULL, key_fingerprint text NOT NULL)",
  );
}

async function removeCity(client: pg.Client): Promise<void> {
  await assertOurs(client);
  const database = nameOf(client);
  await client.query("DROP SCHEMA IF EXISTS city CASCADE");
  for (const service of storingServices) {
    await client.query(`DROP SCHEMA IF EXISTS ${service} CASCADE`);
    const role = roleOf(database, service);
    const { rowCount } = await client.query("SELECT FROM pg_roles WHERE rolname = $1", [role]);
    if (rowCount) await client.query(`DROP ROLE ${pg.escapeIdentifier(role)}`);
  }
}

async function assertOurs(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ schema: string; owner: string }>(
    `SELECT nspname AS schema, pg_get_userbyid(nspowner) AS owner FROM pg_namespace
      WHERE nspname = ANY($1) OR (nspname = 'city' AND to_regclass('city.manifest') IS NULL)`,
    [storingServices],
  );
  const database = nameOf(client);
  const foreign = rows.find(({ schema, owner }) => owner !== `${database}_${schema}`);
  if (foreign) {
    throw new CityError(
      `The database ${database} has a schema ${foreign.schema} that is not the city's; give the city a database of its own.`,
    );
  }
}
