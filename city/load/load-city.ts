/** Loads the synthetic city into the schemas of its services. */
import { fileURLToPath } from "node:url";
import pg from "pg";
import { applyFolder, hashPassword, identityMigrations, identitySchema } from "../../identity/server.ts";
import type { Logger } from "../../platform/log.ts";
import { createDatabase, migrate } from "../../platform/postgres.ts";
import { employmentMigrations } from "../../subgraphs/employment/server.ts";
import { healthMigrations } from "../../subgraphs/health/server.ts";
import { pensionMigrations } from "../../subgraphs/pension/server.ts";
import { utilitiesMigrations } from "../../subgraphs/utilities/server.ts";
import { governmentSector, sectorPseudonyms } from "../../trust/pseudonym.ts";
import { power } from "../companies/power/server.ts";
import { companyRegisters, companySectors } from "../companies/sectors.ts";
import { water } from "../companies/water/server.ts";
import { CityError } from "../failure.ts";
import { formatDay } from "../population/calendar.ts";
import { demoPassword } from "../population/demo.ts";
import { type CityPlan, populate } from "../population/population.ts";
import { bareTables } from "./bare-tables.ts";
import { copyInto, encodeRows } from "./copy.ts";
import { fingerprintOf, makeRoles, type RolePasswords, urlOfService, writeManifest } from "./roles.ts";
import { type HouseholdToLoad, type StoringService, storingServices, tablesOf } from "./tables.ts";

const migrations: Readonly<Record<StoringService, URL>> = {
  identity: identityMigrations,
  health: healthMigrations,
  pension: pensionMigrations,
  employment: employmentMigrations,
  utilities: utilitiesMigrations,
  water: water.migrations,
  power: power.migrations,
};

/** Households that are told and copied at a time: what bounds the memory. */
const householdsABatch = 50;

export interface LoadOptions {
  /** Connected as the owner of the database. */
  readonly owner: pg.Client;
  readonly ownerUrl: string;
  readonly plan: CityPlan;
  readonly pseudonymKey: Uint8Array;
  readonly passwords: RolePasswords;
  readonly log: Logger;
  /** Told how many citizens are in so far. */
  readonly progress: (citizens: number) => void;
}

/**
 * Makes roles and schemas, migrates each, and loads each service in one transaction; the manifest comes
 * last. Whatever was there of an earlier or unfinished city goes first.
 *
 * @throws CityError when somebody else is loading, or the schemas are not the city's
 */
export async function loadCity(options: LoadOptions): Promise<void> {
  const { owner, plan, passwords, pseudonymKey } = options;
  await beAlone(owner);
  await makeRoles(owner, passwords);
  for (const service of storingServices) await migrateService(service, options);
  await copyAll(options);
  await registerCompanies(options);
  await writeManifest(owner, {
    seed: plan.seed,
    citizens: plan.citizens,
    asOf: formatDay(plan.asOf),
    keyFingerprint: fingerprintOf(pseudonymKey),
  });
}

/** Held until the owner's connection ends. */
async function beAlone(owner: pg.Client): Promise<void> {
  const { rows } = await owner.query<{ alone: boolean }>(
    "SELECT pg_try_advisory_lock(hashtextextended('huimin-load', 0)) AS alone",
  );
  if (!rows[0]?.alone) throw new CityError("Another process is loading a city into this database; wait for it to end.");
}

async function migrateService(service: StoringService, { ownerUrl, passwords, log }: LoadOptions): Promise<void> {
  const url = urlOfService(ownerUrl, service, passwords);
  const database = createDatabase({ url, schema: service, log, connections: 1 });
  try {
    await migrate(database, service, migrations[service]);
  } finally {
    await database.close();
  }
}

/** Makes the companies known to identity, as an operator would. */
async function registerCompanies({ ownerUrl, passwords, log }: LoadOptions): Promise<void> {
  const url = urlOfService(ownerUrl, "identity", passwords);
  const database = createDatabase({ url, schema: identitySchema, log, connections: 1 });
  try {
    for (const register of ["sectors", "scopes"] as const) {
      await applyFolder(database, register, fileURLToPath(companyRegisters[register]), "city/load.ts");
    }
  } finally {
    await database.close();
  }
}

async function copyAll(options: LoadOptions): Promise<void> {
  const sessions = await Promise.all(storingServices.map((service) => openSession(service, options)));
  try {
    await copyPopulation(sessions, options);
    await Promise.all(sessions.map(completeTables));
    await Promise.all(sessions.map(({ client }) => client.query("COMMIT")));
  } finally {
    // A transaction that was not committed ends with its connection.
    await Promise.all(sessions.map(({ client }) => client.end()));
  }
}

/** A service's transaction. */
interface Session {
  readonly service: StoringService;
  readonly client: pg.Client;
  /** Brings keys and indexes back. */
  readonly restore: () => Promise<void>;
}

async function openSession(service: StoringService, { ownerUrl, passwords }: LoadOptions): Promise<Session> {
  const client = new pg.Client({
    connectionString: urlOfService(ownerUrl, service, passwords),
    application_name: "huimin-city-load",
    options: `-c search_path=${service} -c timezone=UTC`,
  });
  client.on("error", () => {});
  await client.connect();
  await client.query("BEGIN");
  return { service, client, restore: await bareTables(client, service) };
}

/** Checks what was loaded against the tables' keys, and lets the planner know it. */
async function completeTables({ service, client, restore }: Session): Promise<void> {
  await restore();
  await client.query(`ANALYZE ${tablesOf[service].map(({ name }) => name).join(", ")}`);
}

/** Tells the next batch while the one before is on its way. */
async function copyPopulation(sessions: readonly Session[], options: LoadOptions): Promise<void> {
  const households = householdsToLoad(options, await hashPassword(demoPassword));
  let underway: Promise<unknown> = Promise.resolve();
  let citizens = 0;
  for (const batch of batches(households, householdsABatch)) {
    const encoded = sessions.map((session) => encodeBatch(session.service, batch));
    await underway;
    options.progress(citizens);
    underway = Promise.all(sessions.map(({ client }, i) => copyBatch(client, encoded[i] ?? [])));
    // Seen here as well, so that a failure while the next batch is told is not taken for unhandled.
    underway.catch(() => {});
    citizens += batch.reduce((sum, { residents }) => sum + residents.length, 0);
  }
  await underway;
  options.progress(citizens);
}

/**
 * Gives every household what only a load knows: pseudonyms and the password hash. The password is the
 * same for all synthetic citizens and hashed once: argon2id is slow on purpose, and once for each of
 * 20,000 citizens would take many minutes.
 */
function* householdsToLoad({ plan, pseudonymKey }: LoadOptions, passwordHash: string): Generator<HouseholdToLoad> {
  const formIn = (sector: string) => sectorPseudonyms(pseudonymKey, sector).seal;
  const government = formIn(governmentSector);
  const [waterForm, powerForm] = [formIn(companySectors.water), formIn(companySectors.power)];
  for (const { members, premises, contracts } of populate(plan)) {
    const residents = members.map((citizen) => ({ citizen, pseudonym: government(citizen.citizenId) }));
    const keeper = members[0]?.citizenId;
    if (keeper === undefined) throw new Error("nobody lives in this household");
    const customer = { water: waterForm(keeper), power: powerForm(keeper) };
    yield { residents, premises, contracts, customer, passwordHash };
  }
}

function* batches<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

interface EncodedTable {
  readonly name: string;
  readonly columns: string;
  readonly rows: string;
}

function encodeBatch(service: StoringService, batch: readonly HouseholdToLoad[]): EncodedTable[] {
  return tablesOf[service].map(({ name, columns, rows }) => ({ name, columns, rows: encodeRows(batch.flatMap(rows)) }));
}

async function copyBatch(client: pg.Client, tables: readonly EncodedTable[]): Promise<void> {
  for (const { name, columns, rows } of tables) await copyInto(client, name, columns, rows);
}
