/** Redis: the connection, and the key-value store on it. */
import { createClient } from "redis";
import { createMemoryStore, type KeyValueStore } from "./keyvalue.ts";
import type { Logger } from "./log.ts";

/** The store at `url`, or the one inside the process when there is no URL. */
export async function openKeyValueStore(url: string | undefined, prefix: string, log: Logger): Promise<KeyValueStore> {
  return url === undefined ? createMemoryStore() : await createRedisStore(url, prefix, log);
}

/**
 * Connects to Redis, and connects again whenever the connection is lost. While it is, commands fail at once.
 *
 * @throws Error when the server cannot be reached within five seconds.
 */
export async function connectRedis(url: string, log: Logger) {
  let connected = false;
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: {
      connectTimeout: 5_000,
      reconnectStrategy: (tries) => (connected ? Math.min(50 * 2 ** tries, 2_000) : false),
    },
  });
  client.on("error", (error: Error) => log.warn({ err: error }, "redis connection lost"));
  await client.connect();
  connected = true;
  return client;
}

/**
 * Connects to Redis; every key is put under `prefix:`.
 *
 * @throws Error when the server cannot be reached within five seconds.
 */
export async function createRedisStore(url: string, prefix: string, log: Logger): Promise<KeyValueStore> {
  const client = await connectRedis(url, log);
  const at = (key: string) => `${prefix}:${key}`;
  return {
    get: (key) => client.get(at(key)),
    getMany: async (keys) => (keys.length > 0 ? await client.mGet(keys.map(at)) : []),
    set: async (key, value, ttlSeconds) => {
      await client.set(at(key), value, { expiration: { type: "EX", value: ttlSeconds } });
    },
    add: async (key, value, ttlSeconds) =>
      (await client.set(at(key), value, { condition: "NX", expiration: { type: "EX", value: ttlSeconds } })) === "OK",
    take: (key) => client.getDel(at(key)),
    increment: async (key, ttlSeconds, by = 1) => {
      const [next] = await client.multi().incrBy(at(key), by).expire(at(key), ttlSeconds, "NX").exec();
      return Number(next);
    },
    addMember: async (key, member, ttlSeconds) => {
      // NX gives a new set its life, GT only ever prolongs one that has a life already.
      await client
        .multi()
        .sAdd(at(key), member)
        .expire(at(key), ttlSeconds, "NX")
        .expire(at(key), ttlSeconds, "GT")
        .exec();
    },
    members: (key) => client.sMembers(at(key)),
    delete: async (...keys) => {
      if (keys.length > 0) await client.del(keys.map(at));
    },
    ping: async () => {
      await client.ping();
    },
    close: () => client.close(),
  };
}
