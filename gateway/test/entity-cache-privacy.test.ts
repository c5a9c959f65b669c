import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMemoryStore, type KeyValueStore } from "../../platform/keyvalue.ts";
import { createLogger } from "../../platform/log.ts";
import { createRedisStore } from "../../platform/redis.ts";
import { testRedisUrl } from "../../platform/test/redis.ts";
import type { Caller } from "../../trust/caller.ts";
import { createSealer } from "../cache/seal.ts";
import { ask, askOffices, callerOf, type Places, rightsOf, startPlaces } from "./cached-places.ts";

let places: Places;
const ann = callerOf("ann");

beforeEach(async () => {
  places = await startPlaces();
});
afterEach(() => places.close());

/** Names that try to be taken for one another: with the delimiters of keys, of lists and of JSON inside. */
const names = ["a", "b", "a b", "1:a", 'a","b', "a\u0000"];

/** Everybody whose subject, client and further scopes have such names. */
function confusableCallers(): Caller[] {
  const scopes = [[], ...names.map((name) => [name]), ["a", "b"], ["b", "1:a"], ["a", "a b"]];
  return names.flatMap((subject) =>
    names.flatMap((clientId) =>
      scopes.map((more) => callerOf(subject, { clientId, scopes: new Set(["places:read", ...more]) })),
    ),
  );
}

const askerQuery = "{ mine { text author } }";

describe("a private answer", () => {
  it("never goes to another subject, client or set of scopes, whatever characters are in them", async () => {
    const callers = confusableCallers();
    for (const caller of callers) {
      const { data } = await ask(places, caller, askerQuery);
      expect(data).toMatchObject({ mine: [{ author: rightsOf(caller) }] });
      const entities = await askOffices(places, caller, ["1"], "asker");
      expect(entities.data).toEqual({ _entities: [{ asker: rightsOf(caller) }] });
    }
    expect(places.asked).toHaveLength(2 * callers.length);
    for (const caller of [...callers].reverse()) {
      expect((await ask(places, caller, askerQuery)).data).toMatchObject({ mine: [{ author: rightsOf(caller) }] });
    }
    expect(places.asked).toHaveLength(2 * callers.length);
  });

  it("goes to the same caller with a fresh token", async () => {
    await ask(places, ann, askerQuery);
    await ask(places, { ...ann, scopes: new Set([...ann.scopes].reverse()), expiresAt: 5e9 }, askerQuery);
    expect(places.asked).toHaveLength(1);
  });

  it("depends on the variables, and on each of the representations in full", async () => {
    const query = "query($d: String) { offices(district: $d) { name } }";
    for (const district of ["a", "b", 'a","x":"'])
      await ask(places, ann, query, { variables: `"d":${JSON.stringify(district)}` });
    await askOffices(places, ann, ["1", "11", "1 1"], "name");
    await askOffices(places, ann, ["1", "11", "1 1"], "name");
    await askOffices(places, ann, ["1"], "other: name");
    expect(places.asked).toHaveLength(5);
  });
});

describe("the store", () => {
  async function spied() {
    const store = createMemoryStore();
    const written = new Map<string, string>();
    const spy: KeyValueStore = {
      ...store,
      set: async (key, value, ttl) => {
        written.set(key, value);
        await store.set(key, value, ttl);
      },
      add: async (key, value, ttl) => {
        written.set(key, value);
        return await store.add(key, value, ttl);
      },
    };
    return { written, places: await startPlaces(async () => spy) };
  }

  it("sees neither names nor data of anybody", async () => {
    const { written, places: own } = await spied();
    try {
      await ask(own, callerOf("110101199003070000"), askerQuery);
      await askOffices(own, callerOf("110101199003070000"), ["secret-id"], "asker");
      const all = JSON.stringify([...written]);
      expect(written.size).toBeGreaterThan(2);
      for (const secret of ["110101199003070000", "secret-id", "Office", "closed", "places", "cli"]) {
        expect(all).not.toContain(secret);
        for (const value of written.values()) {
          expect(Buffer.from(value, "base64").toString("latin1")).not.toContain(secret);
        }
      }
    } finally {
      await own.close();
    }
  });

  it("cannot put one entry in the place of another, nor change one", async () => {
    const { written, places: own } = await spied();
    try {
      await askOffices(own, ann, ["1"], "name");
      await askOffices(own, ann, ["2"], "name");
      const entries = [...written].filter(([key]) => key.startsWith("entry:"));
      const [first, second] = entries;
      expect(entries).toHaveLength(2);
      if (!first || !second) return;
      await own.store.set(first[0], second[1], 60);
      await own.store.set(second[0], `A${second[1].slice(1)}`, 60);
      const { data } = await askOffices(own, ann, ["1", "2"], "name");
      expect(data).toEqual({ _entities: [{ name: "Office 1" }, { name: "Office 2" }] });
      expect(own.asked).toHaveLength(3);
    } finally {
      await own.close();
    }
  });

  it("is of no use to a gateway with another secret", async () => {
    await askOffices(places, ann, ["1"], "name");
    const stranger = places.replica(new Uint8Array(32).fill(8));
    await askOffices(places, ann, ["1"], "name", { cache: stranger });
    expect(places.asked).toHaveLength(2);
  });

  it("needs the secret, the group and the name to open an entry", () => {
    const sealer = createSealer(new Uint8Array(32).fill(1));
    const sealed = sealer.group("g").seal("n", "text");
    expect(sealer.group("g").open("n", sealed)).toBe("text");
    expect(sealer.group("g").open("m", sealed)).toBeUndefined();
    expect(sealer.group("h").open("n", sealed)).toBeUndefined();
    expect(createSealer(new Uint8Array(32).fill(2)).group("g").open("n", sealed)).toBeUndefined();
    for (const broken of ["", "AAAA", sealed.slice(0, -4)]) {
      expect(sealer.group("g").open("n", broken)).toBeUndefined();
    }
    expect(sealer.group("g").seal("n", "text")).not.toBe(sealed);
    expect(() => createSealer(new Uint8Array(16))).toThrow("16 bytes");
  });

  it("may lose anything: what has lost its version is asked for again", async () => {
    const { written, places: own } = await spied();
    try {
      for (let lost = 0; lost < 3; lost += 1) {
        await askOffices(own, ann, ["1"], "name");
        const tags = [...written.keys()].filter((key) => key.startsWith("tag:"));
        await own.store.delete(tags[lost] ?? "");
        await askOffices(own, ann, ["1"], "name");
      }
      expect(own.asked).toHaveLength(4);
    } finally {
      await own.close();
    }
  });

  it("may be out of reach: everything is asked for, and answered", async () => {
    const broken = async () => {
      throw new Error("no connection");
    };
    const own = await startPlaces(async () => ({ ...createMemoryStore(), getMany: broken, set: broken, add: broken }));
    try {
      for (let times = 0; times < 2; times += 1) {
        expect((await askOffices(own, ann, ["1"], "name")).data).toEqual({ _entities: [{ name: "Office 1" }] });
      }
      expect((await ask(own, ann, "mutation { move }", { kind: "mutation" })).data).toEqual({ move: 1 });
      expect(own.asked).toHaveLength(3);
    } finally {
      await own.close();
    }
  });

  it("may fail between reading and writing", async () => {
    const broken = async () => {
      throw new Error("no connection");
    };
    const own = await startPlaces(async () => ({ ...createMemoryStore(), set: broken }));
    try {
      await askOffices(own, ann, ["1"], "name");
      await askOffices(own, ann, ["1"], "name");
      expect(own.asked).toHaveLength(2);
    } finally {
      await own.close();
    }
  });

  it.runIf(testRedisUrl)("is Redis for all replicas alike", async () => {
    const open = () => createRedisStore(testRedisUrl ?? "", `test-${randomUUID()}`, createLogger("test", "error"));
    const own = await startPlaces(open);
    try {
      await askOffices(own, ann, ["1", "2"], "name");
      await expect
        .poll(async () => {
          own.asked.length = 0;
          await askOffices(own, ann, ["1", "2"], "name", { cache: own.replica() });
          return own.asked.length;
        })
        .toBe(0);
      await own.cache.invalidate("places", ['Office:{"id":"2"}']);
      await askOffices(own, ann, ["1", "2"], "name");
      expect(own.asked[0]?.variables.representations).toEqual([{ __typename: "Office", id: "2" }]);
    } finally {
      await own.close();
    }
  });
});
