/**
 * The end of the outbox, watched: hands over every event soon after its transaction is committed. It asks the database
 * a few times a second, and only while anybody listens. PostgreSQL's NOTIFY would be quicker by a tenth of a second, and
 * would make every transaction that signs somebody in or out wait for all others at its commit.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "../../platform/log.ts";
import type { News } from "./outbox.ts";

/** Between two readings, and the age of the last at which the tail no longer counts as current; milliseconds. */
const pace = { read: 150, current: 2_000 } as const;

export interface EventTail {
  /** Hands over all that is committed once the promise has resolved. @returns what to call when that is enough */
  follow(): Promise<() => void>;
  /** Whether nothing older than a moment can be missing. */
  isCurrent(): boolean;
  close(): Promise<void>;
}

/**
 * @param readSince reads what has become visible since a place
 * @param tell is handed the events in the order in which they became visible, while anybody follows
 */
export function createEventTail<Event>(
  readSince: (place?: string) => Promise<News<Event>>,
  tell: (events: readonly Event[]) => void,
  log: Logger,
): EventTail {
  const closing = new AbortController();
  let followers = 0;
  let place: string | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let begun = Promise.withResolvers<void>();
  let running: Promise<void> | undefined;

  const read = async () => {
    const begin = performance.now();
    const news = await readSince(place);
    place = news.place;
    readAt = begin;
    begun.resolve();
    if (news.events.length > 0) tell(news.events);
  };
  const run = async () => {
    while (followers > 0 && !closing.signal.aborted) {
      await read().catch((error: unknown) => log.warn({ err: error }, "security events cannot be read"));
      await delay(pace.read, undefined, { signal: closing.signal }).catch(() => {});
    }
    place = undefined;
    begun = Promise.withResolvers();
    running = undefined;
  };
  return {
    async follow() {
      followers += 1;
      running ??= run();
      await Promise.race([begun.promise, running]);
      let isFollowing = true;
      return () => {
        if (isFollowing) followers -= 1;
        isFollowing = false;
      };
    },
    isCurrent: () => performance.now() - readAt < pace.current,
    async close() {
      closing.abort();
      await running;
    },
  };
}
