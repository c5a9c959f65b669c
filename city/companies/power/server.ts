/** The power company: contracts and bills for charging cars. It stands on the kit alone, as a stranger's would. */
import { readFileSync } from "node:fs";
import type { Subgraph } from "../../../subgraphs/kit/service.ts";
import { resolvers } from "./resolvers.ts";
import { powerLoaders } from "./store/accounts.ts";

export const power: Subgraph<ReturnType<typeof powerLoaders>> = {
  name: "power",
  sdl: readFileSync(new URL("../../../schema/power.graphql", import.meta.url), "utf8"),
  resolvers,
  migrations: new URL("./store/migrations/", import.meta.url),
  loaders: powerLoaders,
};
