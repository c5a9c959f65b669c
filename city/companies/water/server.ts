/** The water company: contracts and bills for drinking water. It stands on the kit alone, as a stranger's would. */
import { readFileSync } from "node:fs";
import type { Subgraph } from "../../../subgraphs/kit/service.ts";
import { resolvers } from "./resolvers.ts";
import { waterLoaders } from "./store/accounts.ts";

export const water: Subgraph<ReturnType<typeof waterLoaders>> = {
  name: "water",
  sdl: readFileSync(new URL("../../../schema/water.graphql", import.meta.url), "utf8"),
  resolvers,
  migrations: new URL("./store/migrations/", import.meta.url),
  loaders: waterLoaders,
};
