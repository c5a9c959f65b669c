/** The utilities department: homes, meters and bills. */
import { readFileSync } from "node:fs";
import type { Logger } from "../../platform/log.ts";
import type { Clock } from "../kit/clock.ts";
import { type SubgraphConfig, startSubgraph } from "../kit/service.ts";
import { resolvers } from "./resolvers/index.ts";
import { utilitiesLoaders } from "./store/loaders.ts";

export { issueBill, type NewBill } from "./intake/issue-bill.ts";

/** Folder of the migrations of the schema `utilities`. */
export const utilitiesMigrations = new URL("./store/migrations/", import.meta.url);

const subgraph = {
  name: "utilities",
  sdl: readFileSync(new URL("../../schema/utilities.graphql", import.meta.url), "utf8"),
  resolvers,
  migrations: utilitiesMigrations,
  loaders: utilitiesLoaders,
};

/** Brings the schema up to date and starts the department. */
export function startUtilities(config: SubgraphConfig, log: Logger, clock?: Clock) {
  return startSubgraph(subgraph, config, log, clock);
}
