/** Commands of identity, run on a city that `npm start` has started. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { loadConfig } from "../../platform/config.ts";
import { CityError } from "../failure.ts";
import { urlOfService } from "../load/roles.ts";
import { secretsFileOf } from "./data-folder.ts";
import { embeddedUrl } from "./database.ts";
import { databasePortOffset } from "./layout.ts";
import { keepSecrets } from "./secrets.ts";
import { planServices } from "./services.ts";
import { parsePort, type StartSettings, startSpec } from "./settings.ts";

/** Which city. */
type CityPlace = Omit<StartSettings, "wish">;

/**
 * The environment that the launcher gives to the identity of a city.
 *
 * @throws CityError when there is no such city
 */
async function identityEnvironment(place: CityPlace): Promise<Readonly<Record<string, string>>> {
  const file = secretsFileOf(place.dataFolder);
  await stat(file).catch(() => {
    throw new CityError(
      `There is no city in ${place.dataFolder}; start one with npm start, or name its folder with --data.`,
    );
  });
  const secrets = await keepSecrets(file);
  const databaseUrl = place.databaseUrl ?? embeddedUrl({ port: place.port + databasePortOffset, secrets });
  const plans = planServices({
    basePort: place.port,
    logLevel: place.logLevel,
    secrets,
    redisUrl: place.redisUrl,
    rateLimits: place.rateLimits,
    databaseUrl: (service) => urlOfService(databaseUrl, service, secrets.rolePasswords),
  });
  const plan = plans.find(({ name }) => name === "identity");
  if (!plan) throw new Error("a city has an identity");
  return plan.environment;
}

/**
 * The environment of a command of identity: `env` itself, where identity's settings are in it, else that of the
 * city in the folder `data`.
 *
 * @throws CityError as `identityEnvironment` does; ConfigError when the settings of the city make no sense
 */
export async function commandEnvironment(
  env: NodeJS.ProcessEnv,
  { port, data }: { readonly port?: string | undefined; readonly data: string },
): Promise<NodeJS.ProcessEnv> {
  if (env.HUIMIN_KEY_ENCRYPTION_KEY) return env;
  const config = loadConfig("the command", startSpec, env);
  const place = { ...config, port: port === undefined ? config.port : parsePort(port), dataFolder: resolve(data) };
  return { PATH: env.PATH, ...(await identityEnvironment(place)) };
}

/** Runs a program of identity to its end; resolves to its exit code. */
export async function runIdentityCommand(
  program: URL,
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const child = spawn(process.execPath, [fileURLToPath(program), ...words], { env: environment, stdio: "inherit" });
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 1;
}
