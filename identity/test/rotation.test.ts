import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keyPace } from "../keys/pace.ts";
import {
  bySigningOrder,
  dueSteps,
  type KeyRecord,
  type RotationSchedule,
  signingAlgorithms,
} from "../keys/rotation.ts";
import { longestLife } from "../provider/configuration.ts";

const pace = { trusted: 60, cache: 300, longestLife: 600, margin: 20 };
const safe: RotationSchedule = {
  period: 1_500,
  publishWait: pace.trusted + pace.cache + pace.margin,
  retireWait: pace.trusted + pace.longestLife + pace.margin,
};

let made = 0;

/** What the store does, on an array; `stamp` is the time that a step notes. */
function takeDue(keys: readonly KeyRecord[], stamp: number, schedule: RotationSchedule): KeyRecord[] {
  let all = [...keys];
  for (let steps = dueSteps(all, stamp, schedule); steps.length > 0; steps = dueSteps(all, stamp, schedule)) {
    for (const step of steps) {
      if (step.kind === "publish") {
        made += 1;
        const life = { publishedAt: stamp, signingAt: null, dueAt: null, retiringAt: null };
        all.push({ keyId: `key-${made}`, algorithm: step.algorithm, state: "published", ...life });
      } else if (step.kind === "remove") all = all.filter(({ keyId }) => keyId !== step.keyId);
      else all = all.map((key) => begun(key, step.keyId, all, stamp, schedule));
    }
  }
  return all.sort(bySigningOrder);
}

function begun(
  key: KeyRecord,
  keyId: string,
  all: readonly KeyRecord[],
  stamp: number,
  { period }: RotationSchedule,
): KeyRecord {
  if (key.keyId === keyId) return { ...key, state: "signing", signingAt: stamp, dueAt: stamp + period };
  const isSameKind = key.algorithm === all.find((other) => other.keyId === keyId)?.algorithm;
  return isSameKind && key.state === "signing" ? { ...key, state: "retiring", retiringAt: stamp } : key;
}

/** What one replica publishes and signs by, from one of its looks to the next. */
interface View {
  readonly from: number;
  readonly until: number;
  readonly keys: readonly KeyRecord[];
}

interface Plan {
  /** Of each replica the seconds from one look to the next, over and over. */
  readonly gaps: readonly (readonly number[])[];
  /** Seconds from the time that a step notes to its commit, over and over. */
  readonly lags: readonly number[];
}

const plans: fc.Arbitrary<Plan> = fc.record({
  gaps: fc.array(fc.array(fc.integer({ min: 1, max: pace.trusted }), { minLength: 1, maxLength: 12 }), {
    minLength: 1,
    maxLength: 3,
  }),
  lags: fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 1, maxLength: 5 }),
});

const end = 8_000;

/** Lets the replicas of a plan rotate the keys for `end` seconds. */
function live({ gaps, lags }: Plan, schedule: RotationSchedule): View[] {
  let keys = takeDue([], 0, schedule);
  const looks = gaps
    .flatMap((own, replica) => {
      const times = [0];
      for (let i = 0; (times.at(-1) ?? end) < end; i += 1) times.push((times.at(-1) ?? 0) + (own[i % own.length] ?? 1));
      return times.map((from, i) => ({ replica, from, until: times[i + 1] ?? from }));
    })
    .sort((a, b) => a.from - b.from);
  return looks.map(({ from, until }, i) => {
    keys = takeDue(keys, from - (lags[i % lags.length] ?? 0), schedule);
    return { from, until, keys };
  });
}

/** The first key with which somebody signed what somebody else could not verify, if any. */
function failureOf(views: readonly View[]): string | undefined {
  // A verifier may use what it fetched at the last moment of a view for as long as it may cache.
  for (const signer of views) {
    const [key] = signer.keys;
    if (!key) return "a replica has nothing to sign with";
    const expiry = signer.until + pace.longestLife;
    for (const fetched of views) {
      const isUsed = fetched.from <= expiry && fetched.until + pace.cache >= signer.from;
      if (isUsed && !fetched.keys.some(({ keyId }) => keyId === key.keyId)) {
        return `${key.keyId} signs from ${signer.from}, unknown to who fetched at ${fetched.from}-${fetched.until}`;
      }
    }
  }
  return undefined;
}

describe("the rotation of signing keys", () => {
  it("never lets a verifier meet a key that it cannot know, whenever replicas look and however late they commit", () => {
    fc.assert(
      fc.property(plans, (plan) => {
        expect(failureOf(live(plan, safe))).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });

  it("goes on: several keys sign one after another, and those of before are gone", () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const views = live(plan, safe);
        const signed = new Set(views.map(({ keys }) => keys[0]?.keyId));
        expect(signed.size).toBeGreaterThanOrEqual(4);
        const left = views.at(-1)?.keys.filter(({ algorithm }) => algorithm === "ES256") ?? [];
        expect(left.length).toBeLessThanOrEqual(3);
        expect(left.map(({ state }) => state)).toEqual(expect.arrayContaining(["signing", "published"]));
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    ["publishing", { ...safe, publishWait: 200 }],
    ["retiring", { ...safe, retireWait: 300 }],
  ])("would fail somebody without its wait after %s", (_state, schedule) => {
    const slow: Plan = { gaps: [[1], [pace.trusted]], lags: [10] };
    // The standby of the first minute waits for long enough in any case: only a short period shows the fault.
    expect(failureOf(live(slow, { ...schedule, period: 150 }))).toBeDefined();
    expect(failureOf(live(slow, { ...safe, period: 150 }))).toBeUndefined();
  });
});

describe("what is due", () => {
  const key = (changes: Partial<KeyRecord>): KeyRecord => ({
    keyId: "a",
    algorithm: "ES256",
    state: "published",
    publishedAt: 0,
    signingAt: null,
    dueAt: null,
    retiringAt: null,
    ...changes,
  });
  const others = signingAlgorithms
    .filter((algorithm) => algorithm !== "ES256")
    .flatMap((algorithm) => [
      key({ keyId: `${algorithm}-1`, algorithm, state: "signing", signingAt: 0, dueAt: 1e9 }),
      key({ keyId: `${algorithm}-2`, algorithm }),
    ]);
  const signing = key({ keyId: "old", state: "signing", signingAt: 0, dueAt: 100 });

  it("is a first key of each algorithm, at the very start", () => {
    expect(dueSteps([], 0, safe)).toEqual(signingAlgorithms.map((algorithm) => ({ kind: "publish", algorithm })));
    const states = takeDue([], 0, safe).map(({ state }) => state);
    expect(states.filter((state) => state === "signing")).toHaveLength(signingAlgorithms.length);
    expect(states.filter((state) => state === "published")).toHaveLength(signingAlgorithms.length);
  });

  it("is nothing while the key that signs has time left, or the next one is not known everywhere", () => {
    expect(dueSteps([signing, key({ publishedAt: 0 }), ...others], 99, { ...safe, publishWait: 1 })).toEqual([]);
    expect(dueSteps([signing, key({ publishedAt: 90 }), ...others], 120, { ...safe, publishWait: 31 })).toEqual([]);
    expect(dueSteps([signing, key({ publishedAt: 90 }), ...others], 120, { ...safe, publishWait: 30 })).toEqual([
      { kind: "sign", keyId: "a" },
    ]);
  });

  it("is the next key at once where none signs any more, known or not", () => {
    expect(dueSteps([key({ publishedAt: 90 }), ...others], 90, safe)).toEqual([{ kind: "sign", keyId: "a" }]);
  });
});

describe("the pace of a city", () => {
  it("waits for everybody's caches before it signs, and for everything signed before it removes", () => {
    const { schedule, trusted, cache, staleIfError, reload } = keyPace(30, 86_400);
    expect(schedule.period).toBe(30 * 86_400);
    expect(schedule.publishWait).toBeGreaterThan(trusted + cache + staleIfError);
    expect(schedule.retireWait).toBeGreaterThan(trusted + 86_400);
    expect(reload).toBeLessThan(trusted);
  });

  it("is what docs/keys.md says it is", () => {
    const { schedule, cache, staleIfError } = keyPace(30, longestLife);
    const hours = Math.floor(schedule.retireWait / 3_600);
    const page = readFileSync(new URL("../../docs/keys.md", import.meta.url), "utf8").replaceAll("\n", " ");
    expect(page).toContain(`${schedule.publishWait / 60} minutes after it was published`);
    expect(page).toContain(`until ${schedule.publishWait / 60} minutes are over`);
    expect(page).toContain(`${hours} hours and ${(schedule.retireWait - hours * 3_600) / 60} minutes`);
    expect(page).toContain(`max-age=${cache}, stale-if-error=${staleIfError}`);
    expect(page).toContain(`older than ${(cache + staleIfError) / 60} minutes`);
  });
});
