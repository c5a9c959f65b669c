/** The city's database: the embedded PostgreSQL, or the one at DATABASE_URL. */
import { startEmbeddedPostgres } from "../../platform/embedded-postgres.ts";
import type { Logger } from "../../platform/log.ts";
import { CityError, clauseFor, errorCode } from "../failure.ts";
import { connectAsOwner, placeOf } from "../load/roles.ts";
import type { DataFolder } from "./data-folder.ts";
import type { CitySecrets } from "./secrets.ts";
import type { RunningPart } from "./supervisor.ts";

/** Name of the database inside the embedded server. */
const embeddedDatabase = "huimin";

/** SQLSTATE of a connection with the wrong password. */
const wrongPassword = "28P01";

export interface EmbeddedServerOptions {
  readonly folder: DataFolder;
  readonly port: number;
  readonly secrets: CitySecrets;
  readonly log: Logger;
}

/** URL of the embedded server's database, as its owner. */
export function embeddedUrl(
  { port, secrets }: Pick<EmbeddedServerOptions, "port" | "secrets">,
  database = embeddedDatabase,
): string {
  return `postgresql://postgres:${secrets.databasePassword}@localhost:${port}/${database}`;
}

/**
 * Starts the embedded server, with the city's database in it.
 *
 * @throws Error in one sentence when it does not start
 */
export async function startDatabase(options: EmbeddedServerOptions): Promise<RunningPart> {
  const { folder, port, secrets, log } = options;
  const server = await startEmbeddedPostgres({
    dataDir: folder.databaseFolder,
    port,
    password: secrets.databasePassword,
    log,
  });
  try {
    await makeDatabase(options);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { exited: server.exited.then(() => "the server ended"), stop: () => server.stop() };
}

async function makeDatabase(options: EmbeddedServerOptions): Promise<void> {
  const client = await connectAsOwner(embeddedUrl(options, "postgres")).catch((error: unknown) => {
    const cause = error instanceof Error ? error.cause : undefined;
    if (errorCode(cause) !== wrongPassword) {
      throw new Error(`the database in ${options.folder.databaseFolder} is damaged (${clauseFor(cause)})`, { cause });
    }
    throw new CityError(
      `The database in ${options.folder.databaseFolder} does not accept the city's secrets; bring them back, or add --fresh for a new city.`,
      { cause: error },
    );
  });
  try {
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = $1", [embeddedDatabase]);
    if (!rowCount) await client.query(`CREATE DATABASE ${embeddedDatabase}`);
  } finally {
    await client.end();
  }
}

/** How a database is shown to a person. */
export function describeDatabase(url: string): string {
  return `postgresql://${placeOf(url)}`;
}
