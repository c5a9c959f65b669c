/**
 * Makes each service's role and schema and loads the synthetic city, unless it is there already.
 * `npm start` runs it as a process of its own, so that the launcher stays small; docker-compose.yml
 * runs it once before the services.
 */

import { z } from "zod";
import { commonSettings, loadConfig, postgresUrl, secretBytes, setting } from "../platform/config.ts";
import { createLogger } from "../platform/log.ts";
import { readFlags, runCommand } from "./command-line.ts";
import { citizensToLoad, parseCitizens } from "./load/plan.ts";
import { connectAsOwner, fingerprintOf, readManifest } from "./load/roles.ts";
import { todayInCity } from "./population/calendar.ts";
import { formatCount, progressLine } from "./progress.ts";

const password = z.string().min(16, "must have at least 16 characters");

/** The settings of this command. */
export const loadSpec = {
  logLevel: commonSettings.logLevel,
  databaseUrl: setting("DATABASE_URL", postgresUrl, "Database of the city, as a user who may make roles and schemas."),
  pseudonymKey: setting("HUIMIN_PSEUDONYM_KEY", secretBytes(32), "Key of the sector pseudonyms, as identity has it."),
  identity: setting("IDENTITY_DATABASE_PASSWORD", password, "Password to give to the role of identity."),
  health: setting("HEALTH_DATABASE_PASSWORD", password, "Password to give to the role of health."),
  pension: setting("PENSION_DATABASE_PASSWORD", password, "Password to give to the role of pension."),
  employment: setting("EMPLOYMENT_DATABASE_PASSWORD", password, "Password to give to the role of employment."),
  utilities: setting("UTILITIES_DATABASE_PASSWORD", password, "Password to give to the role of utilities."),
  water: setting("WATER_DATABASE_PASSWORD", password, "Password to give to the role of water."),
  power: setting("POWER_DATABASE_PASSWORD", password, "Password to give to the role of power."),
} as const;

/** Every city that is made alike is the same. */
const seed = "huimin";

async function load(): Promise<void> {
  const { values } = readFlags(
    { options: { citizens: { type: "string" }, fresh: { type: "boolean", default: false } } },
    "node city/load.ts [--citizens N] [--fresh]",
  );
  const wish = {
    citizens: values.citizens === undefined ? undefined : parseCitizens(values.citizens),
    fresh: values.fresh,
  };
  const config = loadConfig("the loader", loadSpec, process.env);
  const owner = await connectAsOwner(config.databaseUrl);
  try {
    const citizens = citizensToLoad(await readManifest(owner), wish, fingerprintOf(config.pseudonymKey));
    if (citizens === null) return;
    const line = progressLine("citizens");
    // Brings in every department, which a city that is already there does not need.
    const { loadCity } = await import("./load/load-city.ts");
    await loadCity({
      owner,
      ownerUrl: config.databaseUrl,
      plan: { seed, citizens, asOf: todayInCity(new Date()) },
      pseudonymKey: config.pseudonymKey,
      passwords: config,
      log: createLogger("city", config.logLevel),
      progress: (done) => line.update(`${formatCount(done)} of ${formatCount(citizens)}`),
    });
    line.done(`${formatCount(citizens)} loaded`);
  } finally {
    await owner.end();
  }
}

if (import.meta.main) {
  // Started by the launcher: without it there is nobody left to load for.
  process.once("disconnect", () => process.exit(1));
  await runCommand(process.env, load);
  process.exit();
}
