/** The pension department: contributions, forecast and payments of the basic old-age insurance. */
import { readFileSync } from "node:fs";
import type { Logger } from "../../platform/log.ts";
import type { Clock } from "../kit/clock.ts";
import { type SubgraphConfig, startSubgraph } from "../kit/service.ts";
import { resolvers } from "./resolvers/index.ts";
import { pensionLoaders } from "./store/loaders.ts";

/** Folder of the migrations of the schema `pension`. */
export const pensionMigrations = new URL("./store/migrations/", import.meta.url);

const subgraph = {
  name: "pension",
  sdl: readFileSync(new URL("../../schema/pension.graphql", import.meta.url), "utf8"),
  resolvers,
  migrations: pensionMigrations,
  loaders: pensionLoaders,
};

/** Brings the schema up to date and starts the department. */
export function startPension(config: SubgraphConfig, log: Logger, clock?: Clock) {
  return startSubgraph(subgraph, config, log, clock);
}
