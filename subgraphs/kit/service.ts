/** A whole department as a process: configuration, database, subgraph, health, stop. */
import type { AddressInfo } from "node:net";
import {
  type ConfigOf,
  commonSettings,
  type Es256PrivateJwk,
  es256PrivateJwk,
  httpUrl,
  postgresUrl,
  redisUrl,
  setting,
  tcpPort,
} from "../../platform/config.ts";
import { createHttpServer } from "../../platform/http.ts";
import { addKeySet } from "../../platform/key-set.ts";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import { type RunningService, runService } from "../../platform/lifecycle.ts";
import type { Logger } from "../../platform/log.ts";
import { createDatabase, migrate, type Queryable } from "../../platform/postgres.ts";
import { openKeyValueStore } from "../../platform/redis.ts";
import { callKey } from "../../trust/call-keys.ts";
import type { Caller } from "../../trust/caller.ts";
import { type Clock, systemClock } from "./clock.ts";
import { gatewayKeys } from "./gateway-keys.ts";
import { type Outbox, startOutbox } from "./outbox.ts";
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
  readonly loaders: (database: Queryable, caller: Caller) => Loaders;
  readonly resolvers: SubgraphResolvers<Loaders>;
}

/** The settings of a subgraph; `${NAME}_DATABASE_URL` may give it a database of its own. */
export function subgraphSpec(name: string) {
  return {
    ...commonSettings,
    port: setting("HUIMIN_PORT", tcpPort, "Port to listen on."),
    gatewayUrl: setting("HUIMIN_GATEWAY_URL", httpUrl, "URL of the gateway whose transaction tokens count."),
    callKey: setting(
      "HUIMIN_CALL_KEY",
      callKey,
      "Key of signed calls: hmac-sha256: and the secret that the gateway has too, with +OTHER while it changes, or ed25519: and a private key.",
    ),
    databaseUrl: setting(
      [`${name.toUpperCase()}_DATABASE_URL`, "DATABASE_URL"],
      postgresUrl,
      `PostgreSQL database that holds the schema ${name}.`,
    ),
    redisUrl: setting(
      "REDIS_URL",
      redisUrl,
      "Redis in which all replicas remember which calls were answered; without it each remembers for itself.",
    ),
  } as const;
}

/** The settings of a subgraph that tells the gateway of events; see `announce.ts`. */
export function announcerSpec(name: string) {
  return {
    ...subgraphSpec(name),
    eventKey: setting("HUIMIN_EVENT_KEY", es256PrivateJwk, `Private ES256 key that signs the events of ${name}.`),
  } as const;
}

/** The settings as `startSubgraph` takes them; port 0 chooses a free one. Without a key no events are sent. */
export type SubgraphConfig = ConfigOf<ReturnType<typeof subgraphSpec>> & { readonly eventKey?: Es256PrivateJwk };

/**
 * Brings the database up to date and answers until it is closed, by the rule of the city (`rights.ts`). Events that
 * are noted go to the gateway, which finds the key that they are signed with at `/.well-known/jwks.json`.
 */
export async function startSubgraph<Loaders>(
  subgraph: Subgraph<Loaders>,
  config: SubgraphConfig,
  log: Logger,
  clock: Clock = systemClock,
): Promise<RunningService> {
  const { name, sdl, resolvers, loaders } = subgraph;
  const database = createDatabase({ url: config.databaseUrl, schema: name, log });
  const app = createHttpServer({ log, ready: { database: () => database.query("SELECT 1") } });
  let outbox: Outbox | undefined;
  let shared: KeyValueStore | undefined;
  const close = async () => {
    await outbox?.close();
    await app.close();
    await shared?.close();
    await database.close();
  };
  try {
    const { gatewayUrl, eventKey, callKey, redisUrl: url } = config;
    if (url !== undefined) shared = await openKeyValueStore(url, name, log);
    await migrate(database, name, subgraph.migrations);
    const gateway = { issuer: gatewayUrl, keys: gatewayKeys(gatewayUrl) };
    mountSubgraph(app, {
      name,
      sdl,
      resolvers,
      loaders: (caller) => loaders(database, caller),
      gateway,
      clock,
      callKey,
      shared,
    });
    if (eventKey) addKeySet(app, eventKey);
    await app.listen({ port: config.port, host: config.host });
    if (eventKey) outbox = await startOutbox({ name, key: eventKey, gatewayUrl, database, log });
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
