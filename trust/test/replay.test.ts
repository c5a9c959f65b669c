import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createMemoryStore, type KeyValueStore } from "../../platform/keyvalue.ts";
import { createLogger } from "../../platform/log.ts";
import { createRedisStore } from "../../platform/redis.ts";
import { testRedisUrl } from "../../platform/test/redis.ts";
import { createReplayGuard } from "../replay.ts";

const log = createLogger("test", "silent");

const inProcess = ["in process", async () => createMemoryStore()] as const;
const onRedis = (url: string) => ["on Redis", () => createRedisStore(url, `test-${randomUUID()}`, log)] as const;

describe.each(testRedisUrl ? [inProcess, onRedis(testRedisUrl)] : [inProcess])(
  "what was used is remembered by a store %s",
  (_name, open) => {
    let store: KeyValueStore;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    it("for all replicas that share it, and for each of any number at the same moment", async () => {
      const [one, other] = [createReplayGuard({ shared: store, log }), createReplayGuard({ shared: store, log })];
      expect([await one("a", 60), await other("a", 60), await other("b", 60)]).toEqual([true, false, true]);
      const replicas = Array.from({ length: 20 }, () => createReplayGuard({ shared: store, log }));
      const passed = await Promise.all(replicas.map((guard) => guard("c", 60)));
      expect(passed.filter(Boolean)).toHaveLength(1);
    });

    it("no longer than it counts", async () => {
      const [one, other] = [createReplayGuard({ shared: store, log }), createReplayGuard({ shared: store, log })];
      expect(await one("short", 1)).toBe(true);
      await expect.poll(() => other("short", 1), { timeout: 4_000, interval: 1_100 }).toBe(true);
    });
  },
);

describe("what was used is remembered in the process", () => {
  it("by each replica alone while the store fails", async () => {
    const broken = createReplayGuard({ shared: { add: () => Promise.reject(new Error("away")) }, log });
    expect([await broken("a", 60), await broken("a", 60)]).toEqual([true, false]);
  });

  it("for as long as it could be used again, and not for ever", async () => {
    let time = 0;
    const guard = createReplayGuard({ shared: null, log, now: () => time });
    expect(await guard("a", 60)).toBe(true);
    for (time = 0; time <= 60_000; time += 5_000) expect(await guard("a", 60)).toBe(false);
    time = 240_000;
    expect(await guard("a", 60)).toBe(true);
  });

  it("never at the cost of what is remembered already: when it is full it says so", async () => {
    const guard = createReplayGuard({ shared: null, log, capacity: 2 });
    expect([await guard("a", 60), await guard("b", 60)]).toEqual([true, true]);
    await expect(guard("c", 60)).rejects.toMatchObject({ code: "OVERLOADED" });
    expect(await guard("a", 60)).toBe(false);
  });
});
