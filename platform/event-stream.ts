/**
 * Short texts that every replica of a service hears in the same order: a Redis stream in production, the
 * process itself by default. What was published before a replica came is not for it; what is published while
 * its connection is lost reaches it afterwards.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "./log.ts";
import { connectRedis } from "./redis.ts";

export interface EventStream {
  /** Resolves when every replica will hear the text; rejects when it is not certain. */
  publish(text: string): Promise<void>;
  /** Hands every text to `listener`, from the moment the stream was opened. One listener a stream. */
  follow(listener: (text: string) => void): void;
  close(): Promise<void>;
}

/** Most texts that are kept for replicas whose connection is lost, and how long they are, in seconds. */
const kept = { texts: 10_000, seconds: 600 } as const;

/** How long one read waits for texts, and the pause after a failed one; milliseconds. */
const pace = { read: 5_000, retry: 500 } as const;

/** The stream at `url`, or one inside the process when there is no URL. */
export async function openEventStream(url: string | undefined, key: string, log: Logger): Promise<EventStream> {
  return url === undefined ? createMemoryStream() : await createRedisStream(url, key, log);
}

/** The stream inside the process. */
export function createMemoryStream(): EventStream {
  let early: string[] = [];
  let listener: ((text: string) => void) | undefined;
  return {
    async publish(text) {
      if (listener) listener(text);
      else early = [...early, text].slice(-kept.texts);
    },
    follow(heard) {
      listener = heard;
      for (const text of early.splice(0)) heard(text);
    },
    close: async () => {},
  };
}

/**
 * The stream under `key` in Redis. Reading blocks a connection, so it has one of its own.
 *
 * @throws Error when the server cannot be reached
 */
export async function createRedisStream(url: string, key: string, log: Logger): Promise<EventStream> {
  const writer = await connectRedis(url, log);
  const reader = await connectRedis(url, log);
  const [last] = (await writer.xRevRange(key, "+", "-", { COUNT: 1 })) ?? [];
  let position = last?.id ?? "0-0";
  let isClosed = false;
  const readOn = async (listener: (text: string) => void) => {
    const replies = await reader.xRead({ key, id: position }, { BLOCK: pace.read, COUNT: 100 });
    for (const { id, message } of replies?.flatMap(({ messages }) => messages) ?? []) {
      position = id;
      if (message.text !== undefined) listener(message.text);
    }
  };
  return {
    async publish(text) {
      const TRIM = { strategy: "MAXLEN", strategyModifier: "~", threshold: kept.texts } as const;
      await writer.multi().xAdd(key, "*", { text }, { TRIM }).expire(key, kept.seconds).exec();
    },
    async follow(listener) {
      while (!isClosed) {
        try {
          await readOn(listener);
        } catch (error) {
          if (isClosed) return;
          log.warn({ err: error }, "the event stream cannot be read; what is missed is read later");
          await delay(pace.retry);
        }
      }
    },
    async close() {
      isClosed = true;
      reader.destroy();
      await writer.close();
    },
  };
}
