/** The registers of one identity, ready to be changed. */
import { createMemoryStore } from "../../platform/keyvalue.ts";
import type { Database } from "../../platform/postgres.ts";
import type { IdentityConfig } from "../config.ts";
import { generateSigningKey } from "../keys/generation.ts";
import { signingAlgorithms } from "../keys/rotation.ts";
import { configure, longestLife } from "../provider/configuration.ts";
import { createProviderPages } from "../provider/pages.ts";
import { createSubjects } from "../provider/subjects.ts";
import type { KeyChangeWaits } from "../sectors/key-change.ts";
import { openSectors } from "../sectors/sectors.ts";
import { readNothingAhead } from "../store/read-ahead.ts";
import { createClientRegister } from "./clients.ts";
import type { Register, RegisterName } from "./register.ts";
import { plainRegisters } from "./registers.ts";

/** Replicas look for changed sectors once a minute; what identity signs ends by itself. */
export const waitsOfKeyChanges: KeyChangeWaits = { switch: 5 * 60, end: longestLife };

/** Every register by its name. Clients are held against the very configuration that will load them. */
export async function openRegisters(
  config: IdentityConfig,
  database: Database,
): Promise<Readonly<Record<RegisterName, Register>>> {
  const sectors = await openSectors(database, config.pseudonymKey);
  const subjectOf = createSubjects(sectors);
  const pages = createProviderPages(config, subjectOf);
  const stores = { database, fleeting: createMemoryStore() };
  // Nothing is ever signed with these; a provider does not come into being without keys.
  const keys = await Promise.all(signingAlgorithms.map(generateSigningKey));
  const configuration = configure(
    { config, stores, ahead: readNothingAhead, sectors, subjectOf, pages },
    keys.map(({ jwk }) => jwk),
  );
  const registers = [createClientRegister(config, configuration, database), ...plainRegisters];
  return Object.fromEntries(registers.map((register) => [register.name, register])) as Record<RegisterName, Register>;
}
