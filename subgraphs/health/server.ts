/** The health department: insurance cover, encounters and prescriptions. */
import { readFileSync } from "node:fs";
import type { Logger } from "../../platform/log.ts";
import type { Clock } from "../kit/clock.ts";
import { type SubgraphConfig, startSubgraph } from "../kit/service.ts";
import { resolvers } from "./resolvers/index.ts";
import { healthLoaders } from "./store/loaders.ts";

/** Folder of the migrations of the schema `health`. */
export const healthMigrations = new URL("./store/migrations/", import.meta.url);

const subgraph = {
  name: "health",
  sdl: readFileSync(new URL("../../schema/health.graphql", import.meta.url), "utf8"),
  resolvers,
  migrations: healthMigrations,
  loaders: healthLoaders,
};

/** Brings the schema up to date and starts the department. */
export function startHealth(config: SubgraphConfig, log: Logger, clock?: Clock) {
  return startSubgraph(subgraph, config, log, clock);
}
