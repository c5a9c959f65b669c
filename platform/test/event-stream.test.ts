import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMemoryStream, createRedisStream, type EventStream } from "../event-stream.ts";
import { createLogger } from "../log.ts";
import { testRedisUrl } from "./redis.ts";

/** Opens as many replicas of one stream as the kind can have. */
type Opener = readonly [name: string, open: () => Promise<EventStream[]>];

const inProcess: Opener = ["in process", async () => [createMemoryStream()]];
const onRedis = (url: string): Opener => [
  "on Redis",
  () => {
    const key = `test-${randomUUID()}`;
    const open = () => createRedisStream(url, key, createLogger("test", "error"));
    return Promise.all([open(), open()]);
  },
];

describe.each(testRedisUrl ? [inProcess, onRedis(testRedisUrl)] : [inProcess])(
  "the event stream %s",
  (_name, openAll) => {
    let replicas: EventStream[];
    beforeEach(async () => {
      replicas = await openAll();
    });
    afterEach(() => Promise.all(replicas.map((replica) => replica.close())));

    const publish = async (texts: readonly string[]) => {
      for (const [n, text] of texts.entries()) await replicas[n % replicas.length]?.publish(text);
    };

    it("brings every text to every replica, in one order", async () => {
      const heard = replicas.map((replica) => {
        const texts: string[] = [];
        replica.follow((text) => texts.push(text));
        return texts;
      });
      const sent = Array.from({ length: 250 }, (_, n) => `text ${n}`);
      await publish(sent);
      for (const texts of heard) await expect.poll(() => texts, { timeout: 10_000 }).toEqual(sent);
    });

    it("brings what was published between the opening and the following", async () => {
      await publish(["early"]);
      const texts: string[] = [];
      replicas[0]?.follow((text) => texts.push(text));
      await publish(["late"]);
      await expect.poll(() => texts, { timeout: 10_000 }).toEqual(["early", "late"]);
    });

    it("closes at once while it waits for texts", async () => {
      for (const replica of replicas) replica.follow(() => {});
      await publish(["one"]);
      await Promise.all(replicas.map((replica) => replica.close()));
      replicas = [];
    });
  },
);
