/** One running city for all journeys that do not break it. When they are over its logs are looked through. */
import type { TestProject } from "vitest/node";
import { type City, startCity } from "./city.ts";
import { leaksIn } from "./leaks.ts";

declare module "vitest" {
  interface ProvidedContext {
    city: Omit<City, "stop">;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { stop, ...city } = await startCity(120, { LOG_LEVEL: "debug" });
  project.provide("city", city);
  return async () => {
    const leaks = await leaksIn(city).finally(stop);
    if (leaks.length > 0) throw new Error(`The logs of all journeys together hold ${leaks.join(", ")}.`);
  };
}
