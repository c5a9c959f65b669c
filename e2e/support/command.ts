/** The README's commands on a city, wherever its database is. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { City } from "./city.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What a command printed, and how it ended. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
  readonly complaint: string;
}

/** Runs `npm run --silent <script> -- …words` on the city of a data folder. */
export async function onCity(
  city: Pick<City, "data" | "basePort" | "databaseUrl">,
  script: string,
  ...words: string[]
): Promise<Outcome> {
  const external = process.env.DATABASE_URL ? { DATABASE_URL: city.databaseUrl } : {};
  const args = ["run", "--silent", script, "--", ...words, "--data", city.data, "--port", String(city.basePort)];
  return await new Promise((resolve) => {
    execFile("npm", args, { cwd: root, env: { ...process.env, ...external } }, (error, output, complaint) => {
      resolve({ code: error ? Number(error.code) : 0, output, complaint });
    });
  });
}
