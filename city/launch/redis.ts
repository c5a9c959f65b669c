/** Whether the Redis at REDIS_URL is there. */
import type { Logger } from "../../platform/log.ts";
import { createRedisStore } from "../../platform/redis.ts";
import { CityError, reasonOf } from "../failure.ts";

/**
 * Makes sure that Redis answers.
 *
 * @throws CityError when it does not
 */
export async function requireRedis(url: string, log: Logger): Promise<void> {
  try {
    const store = await createRedisStore(url, "city", log);
    await store.ping();
    await store.close();
  } catch (error) {
    throw new CityError(`Redis at ${new URL(url).host} cannot be used (${reasonOf(error)}); check REDIS_URL.`, {
      cause: error,
    });
  }
}
