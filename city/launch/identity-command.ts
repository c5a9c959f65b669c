/** Commands of identity, run on a city that `npm start` has started. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { CityError } from "../failure.ts";
import { urlOfService } from "../load/roles.ts";
import { secretsFileOf } from "./data-folder.ts";
import { embeddedUrl } from "./database.ts";
import { databasePortOffset } from "./layout.ts";
import { keepSecrets } from "./secrets.ts";
import { planServices } from "./services.ts";
import type { StartSettings } from "./settings.ts";

/** Which city. */
export type CityPlace = Omit<StartSettings, "wish">;

/**
 * The environment that the launcher gives to the identity of a city.
 *
 * @throws CityError when there is no such city
 */
export async function identityEnvironment(place: CityPlace): Promise<Readonly<Record<string, string>>> {
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
