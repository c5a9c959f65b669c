import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createMemoryStore, type KeyValueStore } from "../keyvalue.ts";
import { createLogger } from "../log.ts";
import { createRedisStore } from "../redis.ts";
import { testRedisUrl } from "./redis.ts";

type Opener = readonly [name: string, open: () => Promise<KeyValueStore>];

const inProcess: Opener = ["in process", async () => createMemoryStore()];
const onRedis = (url: string): Opener => [
  "on Redis",
  () => createRedisStore(url, `test-${randomUUID()}`, createLogger("test", "error")),
];

describe.each(testRedisUrl ? [inProcess, onRedis(testRedisUrl)] : [inProcess])(
  "the key-value store %s",
  (_name, open) => {
    let store: KeyValueStore;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    it("gives back what was set, and null for what was not", async () => {
      await store.set("a", "1", 60);
      expect(await store.get("a")).toBe("1");
      expect(await store.get("never")).toBeNull();
    });

    it("reads many values at once, in the order of the keys", async () => {
      await store.set("m1", "1", 60);
      await store.set("m2", "2", 60);
      await store.addMember("m3", "x", 60);
      expect(await store.getMany(["m2", "never", "m1", "m2", "m3"])).toEqual(["2", null, "1", "2", null]);
      expect(await store.getMany([])).toEqual([]);
    });

    it("replaces a value and its life on a second set", async () => {
      await store.set("b", "1", 60);
      await store.set("b", "2", 60);
      expect(await store.get("b")).toBe("2");
    });

    it("lets exactly one of twenty parallel adds win", async () => {
      const won = await Promise.all(Array.from({ length: 20 }, (_, i) => store.add("c", String(i), 60)));
      expect(won.filter(Boolean)).toHaveLength(1);
    });

    it("hands a value to exactly one of twenty parallel takers", async () => {
      await store.set("d", "only", 60);
      const taken = await Promise.all(Array.from({ length: 20 }, () => store.take("d")));
      expect(taken.filter((value) => value === "only")).toHaveLength(1);
      expect(await store.get("d")).toBeNull();
    });

    it("counts twenty parallel steps, and starts again when the time of the first is over", async () => {
      const counts = await Promise.all(Array.from({ length: 20 }, () => store.increment("i", 1)));
      expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
      await expect.poll(() => store.get("i"), { timeout: 5_000 }).toBeNull();
      expect(await store.increment("i", 60)).toBe(1);
    });

    it("counts in steps of any size, back too", async () => {
      expect(await store.increment("steps", 60, 12)).toBe(12);
      expect(await store.increment("steps", 60, -5)).toBe(7);
    });

    it("forgets a value when its time is over", async () => {
      await store.set("e", "1", 1);
      await expect.poll(() => store.get("e"), { timeout: 5_000 }).toBeNull();
      expect(await store.add("e", "2", 60)).toBe(true);
    });

    it("keeps a set until its longest-lived member's time is over", async () => {
      await store.addMember("f", "x", 60);
      await store.addMember("f", "y", 1);
      await store.addMember("f", "x", 1);
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      expect((await store.members("f")).sort()).toEqual(["x", "y"]);
      expect(await store.members("never")).toEqual([]);
    });

    it("deletes values and sets together", async () => {
      await store.set("g", "1", 60);
      await store.addMember("h", "x", 60);
      await store.delete("g", "h", "never");
      expect(await store.get("g")).toBeNull();
      expect(await store.members("h")).toEqual([]);
    });

    it("answers a ping", async () => {
      await expect(store.ping()).resolves.toBeUndefined();
    });
  },
);

it("the store in process stays within its bound, oldest first", async () => {
  const store = createMemoryStore(3);
  for (const key of ["a", "b", "c", "d"]) await store.set(key, key, 60);
  expect(await store.get("a")).toBeNull();
  expect(await store.get("d")).toBe("d");
});

it("the store in process gives up no mark for what else is written, and refuses one that it has no room for", async () => {
  let now = 0;
  const store = createMemoryStore(3, () => now);
  for (const mark of ["a", "b", "c"]) expect(await store.add(mark, "1", 60)).toBe(true);
  for (const key of ["d", "e", "f", "g"]) await store.set(key, key, 600);
  await store.set("a", "2", 60);
  expect(await store.getMany(["a", "b", "c", "d", "g"])).toEqual(["2", "1", "1", null, "g"]);
  for (const mark of ["a", "b", "c"]) expect(await store.add(mark, "1", 60)).toBe(false);
  await expect(store.add("h", "1", 60)).rejects.toThrow("no room");
  now = 60_001;
  expect(await store.add("h", "1", 60)).toBe(true);
  expect(await store.take("h")).toBe("1");
  expect(await store.add("h", "1", 60)).toBe(true);
});

it("the store in process stays within 64 Mi characters, oldest first", async () => {
  const store = createMemoryStore();
  const keys = ["a", "b", "c", "d", "e"];
  const lengths = async () => (await store.getMany(keys)).map((value) => value?.length);
  const large = 16 * 1024 * 1024;
  for (const key of ["a", "b", "c", "d"]) await store.set(key, "x".repeat(large), 60);
  expect(await lengths()).toEqual([large, large, large, large, undefined]);
  await store.set("a", "small", 60);
  await store.set("e", "x".repeat(large), 60);
  expect(await lengths()).toEqual([5, undefined, large, large, large]);
});
