/** The whole city on one machine: prepares it, starts its parts, and stops them in the right order. */
import pino from "pino";
import { createLogger, type Logger } from "../../platform/log.ts";
import { CityError, clauseFor } from "../failure.ts";
import { urlOfService } from "../load/roles.ts";
import { progressLine } from "../progress.ts";
import { type DataFolder, lockDataFolder, openDataFolder } from "./data-folder.ts";
import { describeDatabase, type EmbeddedServerOptions, embeddedUrl, startDatabase } from "./database.ts";
import { databasePortOffset, portOf, serviceNames } from "./layout.ts";
import { loadInProcess } from "./load-process.ts";
import { requireFreePorts } from "./ports.ts";
import { requireRedis } from "./redis.ts";
import type { ReportedService } from "./report.ts";
import { type CitySecrets, keepSecrets } from "./secrets.ts";
import { startService, untilReady } from "./service-process.ts";
import { planServices, type ServicePlan } from "./services.ts";
import type { StartSettings } from "./settings.ts";
import { supervise } from "./supervisor.ts";

/** Says one sentence to the person at the terminal. */
export type Say = (sentence: string) => void;

/** A city that is being started or runs. */
export interface City {
  /**
   * Starts everything and says what runs where.
   *
   * @throws CityError in one sentence; `stop` still has to be called
   */
  start(): Promise<readonly ReportedService[]>;
  /** Stops what has started: services first, the database last. */
  stop(): Promise<void>;
}

/** A city that has not begun yet. */
export function createCity(settings: StartSettings, say: Say): City {
  const stops: (() => Promise<unknown>)[] = [];
  return {
    start: () => startCity(settings, say, stops),
    async stop() {
      for (let stop = stops.pop(); stop; stop = stops.pop()) await stop();
    },
  };
}

type Stops = (() => Promise<unknown>)[];

async function startCity(settings: StartSettings, say: Say, stops: Stops): Promise<ReportedService[]> {
  const folder = await openDataFolder(settings.dataFolder);
  await lockDataFolder(settings.dataFolder);
  await requireFreePorts(portsOf(settings));
  const log = createLogger(
    "city",
    settings.logLevel,
    // Opened at once: a start that is refused may end the process before a file opens in its own time.
    pino.destination({ dest: await folder.newLogFile("city"), mode: 0o600, sync: true }),
  );
  if (settings.redisUrl) await requireRedis(settings.redisUrl, log);
  if (settings.wish.fresh) await folder.removeSecrets();
  if (settings.wish.fresh && !settings.databaseUrl) await folder.removeDatabase();
  const secrets = await keepSecrets(folder.secretsFile);
  const databaseUrl = settings.databaseUrl ?? (await startEmbedded({ settings, folder, secrets, log }, say, stops));
  const loading = loadInProcess(databaseUrl, secrets, settings.wish, folder);
  stops.push(loading.stop);
  await loading.done;
  const plans = planServices({
    basePort: settings.port,
    logLevel: settings.logLevel,
    secrets,
    redisUrl: settings.redisUrl,
    rateLimits: settings.rateLimits,
    databaseUrl: (service) => urlOfService(databaseUrl, service, secrets.rolePasswords),
  });
  await startServices(plans, folder, say, stops);
  return [...plans, { name: "database", url: describeDatabase(databaseUrl) }];
}

function portsOf({ port, databaseUrl }: StartSettings): number[] {
  const ports = serviceNames.map((name) => portOf(port, name));
  return databaseUrl ? ports : [...ports, port + databasePortOffset];
}

interface Prepared {
  readonly settings: StartSettings;
  readonly folder: DataFolder;
  readonly secrets: CitySecrets;
  readonly log: Logger;
}

/** Starts the embedded PostgreSQL; resolves to its URL. */
async function startEmbedded({ settings, folder, secrets, log }: Prepared, say: Say, stops: Stops): Promise<string> {
  const options: EmbeddedServerOptions = { folder, secrets, log, port: settings.port + databasePortOffset };
  const line = progressLine("database");
  line.update("starting PostgreSQL");
  const part = { name: "database", start: () => startDatabase(options) };
  const end = await supervise(part, { say }).catch((error: unknown) => {
    if (error instanceof CityError) throw error;
    throw new CityError(`${clauseFor(error)}; add --fresh for a new city.`, { cause: error });
  });
  stops.push(end);
  line.done("PostgreSQL is ready");
  return embeddedUrl(options);
}

/** Starts all services at once; when one does not come up, those that do are stopped like the rest. */
async function startServices(plans: readonly ServicePlan[], folder: DataFolder, say: Say, stops: Stops): Promise<void> {
  const line = progressLine("services");
  const ends: (() => Promise<void>)[] = [];
  stops.push(() => {
    line.close();
    return Promise.all(ends.map((end) => end()));
  });
  const starts = plans.map(async (plan) => {
    await folder.newLogFile(plan.name);
    ends.push(await supervise({ name: plan.name, start: () => startService(plan, folder) }, { say }));
    line.update(`${ends.length} of ${plans.length} ready`);
  });
  const outcomes = await Promise.allSettled(starts);
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed) throw failed.reason;
  await Promise.all(plans.map((plan) => untilReady(plan, folder)));
  line.done(`${plans.length} ready`);
}
