import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createMemoryStore, type KeyValueStore } from "../../platform/keyvalue.ts";
import { createLogger } from "../../platform/log.ts";
import type { SignedIn } from "../admission/admit.ts";
import { createRateLimiter } from "../admission/rate-limit.ts";
import { newCitizenId, startCity, type TestCity } from "./city.ts";

const log = createLogger("rates", "silent");
const limits = { citizen: 6, client: 100, address: 4 };

function citizen(subject: string, clientId = "app", actor: string | null = null): SignedIn {
  const caller = { subject, actor, clientId, scopes: new Set<string>(), expiresAt: Number.MAX_SAFE_INTEGER };
  return { kind: "signed in", caller, tokenId: subject, level: null, signedInAt: null, role: null };
}

/** Replicas that share a store and a clock. */
function replicas(count: number, { store = createMemoryStore(), rates = limits } = {}) {
  let time = 0;
  const now = () => time;
  const limiters = Array.from({ length: count }, () => createRateLimiter(rates, store, log, now));
  return {
    at: (seconds: number) => {
      time = seconds * 1000;
    },
    /** How many of `tries` requests are let through, the replicas taking turns. */
    async allowed(tries: number, who: SignedIn | undefined, address = "192.0.2.1") {
      let allowed = 0;
      for (let i = 0; i < tries; i += 1) {
        const report = await limiters[i % limiters.length]?.(who, address);
        if (report?.allowed) allowed += 1;
      }
      return allowed;
    },
    headers: async (who: SignedIn | undefined, address = "192.0.2.1") => (await limiters[0]?.(who, address))?.headers,
  };
}

describe("a limit", () => {
  it("holds for a citizen through all replicas together, and is her own", async () => {
    const city = replicas(3);
    expect(await city.allowed(20, citizen("a"))).toBe(6);
    expect(await city.allowed(20, citizen("b"))).toBe(6);
  });

  it("holds for whoever is really there, whomever she acts for, and takes nothing from them", async () => {
    const city = replicas(2);
    expect(await city.allowed(4, citizen("a"))).toBe(4);
    expect(await city.allowed(4, citizen("her mother", "app", "a"))).toBe(2);
    expect(await city.allowed(4, citizen("her child", "app", "a"))).toBe(0);
    expect(await city.allowed(20, citizen("her mother"))).toBe(6);
  });

  it("holds for a client through all its citizens", async () => {
    const city = replicas(2, { rates: { ...limits, client: 10 } });
    const counts = [];
    for (const name of ["a", "b", "c"]) counts.push(await city.allowed(6, citizen(name)));
    expect(counts).toEqual([6, 4, 0]);
    expect(await city.allowed(6, citizen("d", "another"))).toBe(6);
  });

  it("holds for a network of those who are not signed in, and for those whose token is refused", async () => {
    const city = replicas(2);
    expect(await city.allowed(9, undefined, "2001:db8::1")).toBe(4);
    expect(await city.allowed(9, undefined, "2001:db8::2")).toBe(0);
    expect(await city.allowed(9, undefined, "2001:db8:0:1::1")).toBe(4);
    expect(await city.allowed(9, undefined, "::ffff:192.0.2.7")).toBe(4);
    expect(await city.allowed(9, undefined, "192.0.2.7")).toBe(0);
  });

  it("slides: what was counted fades away over the next minute", async () => {
    const city = replicas(1);
    city.at(50);
    expect(await city.allowed(9, citizen("a"))).toBe(6);
    city.at(65);
    expect(await city.allowed(9, citizen("a"))).toBe(0);
    city.at(90);
    expect(await city.allowed(9, citizen("a"))).toBe(3);
    city.at(240);
    expect(await city.allowed(9, citizen("a"))).toBe(6);
  });

  it("is said with every answer, and when to come again with a refusal", async () => {
    const city = replicas(1);
    city.at(6);
    expect(await city.headers(citizen("a"))).toEqual({
      "ratelimit-policy": '"citizen";q=6;w=60',
      ratelimit: '"citizen";r=5;t=54',
    });
    await city.allowed(5, citizen("a"));
    expect(await city.headers(citizen("a"))).toEqual({
      "ratelimit-policy": '"citizen";q=6;w=60',
      ratelimit: '"citizen";r=0;t=64',
      "retry-after": "64",
    });
    city.at(6 + 64);
    expect(await city.allowed(3, citizen("a"))).toBe(1);
  });

  it("is never passed within a minute of the clock, whatever comes when", async () => {
    const burst = fc.record({ wait: fc.integer({ min: 0, max: 40 }), tries: fc.integer({ min: 1, max: 30 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(burst, { maxLength: 12 }), fc.integer({ min: 1, max: 4 }), async (bursts, count) => {
        const city = replicas(count);
        const passed: number[] = [];
        let time = 0;
        for (const { wait, tries } of bursts) {
          time += wait;
          city.at(time);
          const allowed = await city.allowed(tries, citizen("a"));
          passed.push(...Array.from({ length: allowed }, () => time));
        }
        for (const minute of new Set(passed.map((at) => Math.floor(at / 60)))) {
          expect(passed.filter((at) => Math.floor(at / 60) === minute).length).toBeLessThanOrEqual(limits.citizen);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("is asked of the store once for many requests", async () => {
    let calls = 0;
    const memory = createMemoryStore();
    const store: KeyValueStore = {
      ...memory,
      increment: (...step) => {
        calls += 1;
        return memory.increment(...step);
      },
    };
    const city = replicas(1, { store, rates: { ...limits, citizen: 1_000, client: 1_000 } });
    expect(await city.allowed(500, citizen("a"))).toBe(500);
    expect(calls).toBeLessThanOrEqual(2 * 26);
  });
});

describe("a store that does not answer", () => {
  const broken: KeyValueStore = {
    ...createMemoryStore(),
    get: () => Promise.reject(new Error("down")),
    increment: () => Promise.reject(new Error("down")),
  };
  const silent: KeyValueStore = { ...broken, get: () => new Promise(() => {}), increment: () => new Promise(() => {}) };

  it.each([
    ["refuses", broken],
    ["is silent", silent],
  ])(
    "and %s leaves each process to count alone, so that nobody is locked out and nobody unlimited",
    async (_how, store) => {
      const city = replicas(2, { store });
      expect(await city.allowed(40, citizen("a"))).toBe(12);
    },
  );
});

describe("the gateway", () => {
  let city: TestCity;
  beforeAll(async () => {
    city = await startCity({ settings: { HUIMIN_RATE_LIMITS: "citizen=3,client=1000,address=2" } });
  });
  afterAll(() => city.close());

  it("refuses what is too much with 429 and says when to come again", async () => {
    const token = await city.token(newCitizenId());
    const ask = () => city.query("{ __typename }", { token });
    expect([await ask(), await ask(), await ask()].map(({ status }) => status)).toEqual([200, 200, 200]);
    const { status, headers, errors } = await ask();
    expect(status).toBe(429);
    expect(errors?.[0]?.extensions.code).toBe("RATE_LIMITED");
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    expect(headers.get("ratelimit")).toMatch(/^"citizen";r=0;t=\d+$/);
    expect((await city.query("{ __typename }", { token: await city.token(newCitizenId()) })).status).toBe(200);
  });

  it("counts tries with bad tokens by where they come from", async () => {
    const statuses = [];
    for (let i = 0; i < 3; i += 1) statuses.push((await city.query("{ __typename }", { token: `bad${i}` })).status);
    expect(statuses).toEqual([401, 401, 429]);
  });
});
