/** A whole department as a process: configuration, database, subgraph, health, stop. */
import type { AddressInfo } from "node:net";
import { type ConfigOf, commonSettings, httpUrl, postgresUrl, setting, tcpPort } from "../../platform/config.ts";
import { createHttpServer } from "../../platform/http.ts";
import { type RunningService, runService } from "../../platform/lifecycle.ts";
import type { Logger } from "../../platform/log.ts";
import { createDatabase, migrate, type Queryable } from "../../platform/postgres.ts";
import { type Clock, systemClock } from "./clock.ts";
import { gatewayKeys } from "./gateway-keys.ts";
import type { SubgraphResolvers } from "./resolvers.ts";
import { mountSubgraph } from "./subgraph.ts";

/** What a department or company brings; the kit does the rest. */
export interface Subgraph<Loaders> {
  /** Its name in the supergraph, in lower case; its PostgreSQL schema bears the same. */
  readonly name: string;
  readonly sdl: string;
  /** Folder of its `NNNN-name.sql` files. */
  readonly migrations: URL;
  /** Makes the batch readers of one request. */
  readonly loaders: (database: Queryable) => Loaders;
  readonly resolvers: SubgraphResolvers<Loaders>;
}

/** The settings of a subgraph; `${NAME}_DATABASE_URL` may give it a database of its own. */
export function subgraphSpec(name: string) {
  return {
    ...commonSettings,
    port: setting("HUIMIN_PORT", tcpPort, "Port to listen on."),
    gatewayUrl: setting("HUIMIN_GATEWAY_URL", httpUrl, "URL of the gateway whose transaction tokens count."),
    databaseUrl: setting(
      [`${name.toUpperCase()}_DATABASE_URL`, "DATABASE_URL"],
      postgresUrl,
      `PostgreSQL database that holds the schema ${name}.`,
    ),
  } as const;
}

/** The settings as `startSubgraph` takes them; port 0 chooses a free one. */
export type SubgraphConfig = ConfigOf<ReturnType<typeof subgraphSpec>>;

/** Brings the database up to date and answers until it is closed; everybody reads herself alone. */
export async function startSubgraph<Loaders>(
  subgraph: Subgraph<Loaders>,
  config: SubgraphConfig,
  log: Logger,
  clock: Clock = systemClock,
): Promise<RunningService> {
  const { name, sdl, resolvers, loaders } = subgraph;
  const database = createDatabase({ url: config.databaseUrl, schema: name, log });
  const app = createHttpServer({ log, ready: { database: () => database.query("SELECT 1") } });
  const close = async () => {
    await app.close();
    await database.close();
  };
  try {
    await migrate(database, name, subgraph.migrations);
    const gateway = { issuer: config.gatewayUrl, keys: gatewayKeys(config.gatewayUrl) };
    mountSubgraph(app, { name, sdl, resolvers, loaders: () => loaders(database), gateway, clock });
    await app.listen({ port: config.port, host: config.host });
  } catch (error) {
    await close();
    throw error;
  }
  return { url: `http://localhost:${(app.server.address() as AddressInfo).port}`, close };
}

/** The whole `main.ts` of a subgraph: reads the environment, starts, and stops on a signal. */
export async function runSubgraph<Loaders>(subgraph: Subgraph<Loaders>): Promise<void> {
  await runService(subgraph.name, subgraphSpec(subgraph.name), (config, log) => startSubgraph(subgraph, config, log));
}
