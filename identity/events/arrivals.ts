/** Polls that wait for events (RFC 8936, 2.4): woken when something has come for their receiver, at whatever replica. */
import type { Logger } from "../../platform/log.ts";
import type { Queryable } from "../../platform/postgres.ts";
import { readArrivals } from "./pending.ts";
import { createEventTail } from "./tail.ts";

/** The longest that a poll waits, in milliseconds: many a program gives up on an answer after 30 s. */
const longestWait = 25_000;

/** Polls that wait in this process, and of one receiver. */
const limits = { all: 500, ofOne: 2 } as const;

export interface Listening {
  /** Resolves when an event may have come, and when that is not worth waiting for any more. */
  readonly over: Promise<void>;
  stop(): void;
}

export interface Arrivals {
  /**
   * Listens for a receiver: whatever is committed once the promise has resolved is heard.
   *
   * @param gone aborted when the receiver has hung up
   * @returns undefined when too many listen already
   */
  listen(clientId: string, gone: AbortSignal): Promise<Listening | undefined>;
  /** Ends every wait. */
  close(): Promise<void>;
}

export function createArrivals(database: Queryable, log: Logger): Arrivals {
  const waiting = new Map<string, Set<() => void>>();
  let count = 0;
  let closing = false;
  const wake = (clientIds: Iterable<string>) => {
    for (const clientId of clientIds) for (const end of waiting.get(clientId) ?? []) end();
  };
  const tail = createEventTail((place) => readArrivals(database, [...waiting.keys()], place), wake, log);

  const add = (clientId: string, end: () => void) => {
    const ofOne = waiting.get(clientId) ?? new Set();
    waiting.set(clientId, ofOne.add(end));
    count += 1;
    return () => {
      if (!ofOne.delete(end)) return;
      count -= 1;
      if (ofOne.size === 0) waiting.delete(clientId);
    };
  };
  return {
    async listen(clientId, gone) {
      if (closing || count >= limits.all || (waiting.get(clientId)?.size ?? 0) >= limits.ofOne) return undefined;
      const { promise: over, resolve } = Promise.withResolvers<void>();
      const end = () => resolve();
      const remove = add(clientId, end);
      const timer = setTimeout(end, longestWait);
      gone.addEventListener("abort", end);
      const unfollow = await tail.follow();
      const stop = () => {
        clearTimeout(timer);
        gone.removeEventListener("abort", end);
        remove();
        unfollow();
      };
      return { over, stop };
    },
    async close() {
      closing = true;
      wake([...waiting.keys()]);
      await tail.close();
    },
  };
}
