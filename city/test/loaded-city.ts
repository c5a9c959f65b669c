/** A city that was really loaded, for tests to look at. */
import { randomBytes } from "node:crypto";
import pg from "pg";
import { createLogger } from "../../platform/log.ts";
import { createTestDatabase } from "../../platform/test/database.ts";
import { makeSecrets } from "../launch/secrets.ts";
import { type LoadOptions, loadCity } from "../load/load-city.ts";
import { connectAsOwner, type RolePasswords, urlOfService } from "../load/roles.ts";
import { storingServices } from "../load/tables.ts";
import { dayOf } from "../population/calendar.ts";

export const plan = { seed: "loaded", citizens: 120, asOf: dayOf(2026, 11, 24) };

/** A database for a city, empty at first. */
export interface CityDatabase {
  readonly url: string;
  readonly owner: pg.Client;
  readonly passwords: RolePasswords;
  readonly pseudonymKey: Uint8Array;
  load(changes?: Partial<LoadOptions>): Promise<void>;
  /** Removes the database and the city's roles, which belong to the whole server. */
  drop(): Promise<void>;
}

export async function createCityDatabase(): Promise<CityDatabase> {
  const { url, drop } = await createTestDatabase();
  const owner = await connectAsOwner(url);
  const passwords = makeSecrets().rolePasswords;
  const pseudonymKey = randomBytes(32);
  const log = createLogger("test", "silent");
  const options = { owner, ownerUrl: url, plan, pseudonymKey, passwords, log, progress: () => {} };
  return {
    url,
    owner,
    passwords,
    pseudonymKey,
    load: (changes) => loadCity({ ...options, ...changes }),
    async drop() {
      const roles = storingServices.map((service) => new URL(urlOfService(url, service, passwords)).username);
      await owner.query(`DROP SCHEMA IF EXISTS ${storingServices.join(", ")} CASCADE`);
      for (const role of roles) await owner.query(`DROP ROLE IF EXISTS ${pg.escapeIdentifier(role)}`);
      await owner.end();
      await drop();
    },
  };
}
