/** What can be asked of the launcher: environment and flags. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { commonSettings, loadConfig, postgresUrl, redisUrl, setting } from "../../platform/config.ts";
import { readFlags } from "../command-line.ts";
import { CityError } from "../failure.ts";
import { type CityWish, parseCitizens } from "../load/plan.ts";
import { databasePortOffset } from "./layout.ts";

/** First port of the city when nobody says otherwise. */
export const usualPort = 4_000;

const highestPort = 65_535 - databasePortOffset;

const portRule = `must be a number from 1 to ${highestPort}`;

const basePort = z
  .string()
  .regex(/^\d{1,5}$/, portRule)
  .transform(Number)
  .refine((port) => port >= 1 && port <= highestPort, portRule);

/** The base port, for every command that talks to a city. */
export const basePortSetting = setting(
  "HUIMIN_PORT",
  basePort.default(usualPort),
  "First port of the city; --port comes before it.",
);

const wideRateLimits = "citizen=1000000,client=1000000,address=1000000";

/** The environment that the launcher reads. */
export const startSpec = {
  logLevel: commonSettings.logLevel,
  port: basePortSetting,
  databaseUrl: setting(
    "DATABASE_URL",
    postgresUrl.optional(),
    "PostgreSQL to use instead of the embedded one, as a user who may make roles and schemas.",
  ),
  redisUrl: setting("REDIS_URL", redisUrl, "Redis to use instead of a store inside each process."),
  rateLimits: setting(
    "HUIMIN_RATE_LIMITS",
    z.string().default(wideRateLimits),
    "Rate limits of the gateway; unless given so wide that one may measure a city of one's own.",
  ),
} as const;

/** Where a city lives when nobody says otherwise. */
export const usualDataFolder = fileURLToPath(new URL("../../.data", import.meta.url));

/** What the launcher does. */
export interface StartSettings {
  readonly logLevel: string;
  readonly port: number;
  /** Folder of the city's secrets, logs and database files. */
  readonly dataFolder: string;
  readonly databaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
  readonly rateLimits: string;
  readonly wish: CityWish;
}

const usage = "npm start -- [--citizens N] [--fresh] [--port B] [--data FOLDER]";

/**
 * Reads flags and environment.
 *
 * @throws CityError or ConfigError in one sentence
 */
export function readStartSettings(env: NodeJS.ProcessEnv): StartSettings {
  const { values } = readFlags(
    {
      options: {
        citizens: { type: "string" },
        fresh: { type: "boolean", default: false },
        port: { type: "string" },
        data: { type: "string", default: usualDataFolder },
      },
    },
    usage,
  );
  const citizens = values.citizens === undefined ? undefined : parseCitizens(values.citizens);
  const config = loadConfig("the city", startSpec, env);
  const port = values.port === undefined ? config.port : parsePort(values.port);
  return { ...config, port, dataFolder: resolve(values.data), wish: { citizens, fresh: values.fresh } };
}

/**
 * Reads the value of `--port`.
 *
 * @throws CityError unless the city's ports all fit above it
 */
export function parsePort(text: string): number {
  const port = basePort.safeParse(text);
  if (port.success) return port.data;
  throw new CityError(`--port ${portRule}, not ${JSON.stringify(text)}.`);
}
