/** The employment department: jobs, registered unemployment and its benefit. */
import { readFileSync } from "node:fs";
import type { Logger } from "../../platform/log.ts";
import type { Clock } from "../kit/clock.ts";
import { type SubgraphConfig, startSubgraph } from "../kit/service.ts";
import { resolvers } from "./resolvers/index.ts";
import { employmentLoaders } from "./store/loaders.ts";

/** Folder of the migrations of the schema `employment`. */
export const employmentMigrations = new URL("./store/migrations/", import.meta.url);

const subgraph = {
  name: "employment",
  sdl: readFileSync(new URL("../../schema/employment.graphql", import.meta.url), "utf8"),
  resolvers,
  migrations: employmentMigrations,
  loaders: employmentLoaders,
};

/** Brings the schema up to date and starts the department. */
export function startEmployment(config: SubgraphConfig, log: Logger, clock?: Clock) {
  return startSubgraph(subgraph, config, log, clock);
}
