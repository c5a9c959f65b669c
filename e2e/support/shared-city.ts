/** One running city for all journeys that do not break it. */
import type { TestProject } from "vitest/node";
import { type City, startCity } from "./city.ts";

declare module "vitest" {
  interface ProvidedContext {
    city: Omit<City, "stop">;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { stop, ...city } = await startCity(120);
  project.provide("city", city);
  return stop;
}
