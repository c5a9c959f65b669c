/**
 * Deliveries to clients, out of a queue in the database. They survive restarts, replicas share the work, and a client
 * that does not answer holds up its own deliveries alone.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "../../platform/log.ts";

/** `told`: it is done. `refused`: the client will never take it. `failed`: it is worth another try. */
export type Delivery = "told" | "refused" | "failed";

/** Between two looks at a queue, in milliseconds. */
const look = 500;

/**
 * In SQL, until another try: 2 s, then twice the time before, up to an hour, a little more or less so that clients that
 * failed together do not come together. For a table that counts `attempts`.
 */
export const untilNextTry = "make_interval(secs => least(2 * 2 ^ least(attempts, 20), 3600) * (0.75 + random() / 2))";

/** What waits for clients. */
export interface DeliveryQueue<Item> {
  /** What it holds, for the log. */
  readonly name: string;
  /** Deliveries at once of this process, and to one client. */
  readonly limits: { readonly all: number; readonly ofOne: number };
  /**
   * Takes what is due, so that no other replica takes it. Its next try is set before the first: whoever dies on the way
   * leaves it to others, and so a client may be told twice, never not at all.
   *
   * @param busy clients that have enough to take
   */
  claim(busy: readonly string[], most: number): Promise<Item[]>;
  clientOf(item: Item): string;
  /** Delivers what was taken, and notes how it went. @param closing aborted when the process stops */
  carry(item: Item, closing: AbortSignal): Promise<void>;
}

/**
 * Delivers what becomes due.
 *
 * @returns stops it, once what is under way is done
 */
export function runDeliveries<Item>(queue: DeliveryQueue<Item>, log: Logger): () => Promise<void> {
  const { name, limits } = queue;
  const closing = new AbortController();
  const underWay = new Map<string, number>();
  const deliveries = new Set<Promise<void>>();

  const start = (item: Item) => {
    const client = queue.clientOf(item);
    underWay.set(client, (underWay.get(client) ?? 0) + 1);
    const delivery: Promise<void> = queue
      .carry(item, closing.signal)
      .catch((error: unknown) => log.warn({ err: error, client, queue: name }, "a delivery waits for another try"))
      .finally(() => {
        deliveries.delete(delivery);
        const left = (underWay.get(client) ?? 1) - 1;
        if (left > 0) underWay.set(client, left);
        else underWay.delete(client);
      });
    deliveries.add(delivery);
  };
  const run = async () => {
    while (!closing.signal.aborted) {
      try {
        const busy = [...underWay].flatMap(([client, count]) => (count >= limits.ofOne ? [client] : []));
        for (const item of await queue.claim(busy, Math.max(0, limits.all - deliveries.size))) start(item);
      } catch (error) {
        log.warn({ err: error, queue: name }, "deliveries cannot be read");
      }
      await delay(look, undefined, { signal: closing.signal }).catch(() => {});
    }
  };
  const running = run();
  return async () => {
    closing.abort();
    await running;
    await Promise.all(deliveries);
  };
}
