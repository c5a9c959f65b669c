import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { UnsecuredJWT } from "jose";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { createMemoryStore, type KeyValueStore } from "../../platform/keyvalue.ts";
import { createLogger } from "../../platform/log.ts";
import { createRedisStore } from "../../platform/redis.ts";
import { testRedisUrl } from "../../platform/test/redis.ts";
import { createSeal } from "../session/seal.ts";
import { createSessions, idleSeconds, sessionSeconds } from "../session/sessions.ts";
import { startTestPortal, type TestPortal } from "./support/portal.ts";
import { locationOf } from "./support/visitor.ts";

const seal = createSeal(randomBytes(32));
const shape = z.object({ text: z.string() });

describe("the seal", () => {
  it("gives back whatever it was given, in the same place only", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), fc.string(), async (text, place, elsewhere) => {
        const sealed = await seal.close(place, { text }, 60);
        expect(await seal.open(place, sealed, shape)).toEqual({ text });
        if (elsewhere !== place) expect(await seal.open(elsewhere, sealed, shape)).toBeNull();
      }),
    );
  });

  it("opens nothing in which a single character was changed", async () => {
    const sealed = await seal.close("here", { text: "hers" }, 60);
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.length - 1), async (at) => {
        const changed = `${sealed.slice(0, at)}${sealed[at] === "A" ? "B" : "A"}${sealed.slice(at + 1)}`;
        // The last character of a part carries spare bits: another text, the same bytes.
        fc.pre(!sameBytes(sealed, changed));
        expect(await seal.open("here", changed, shape)).toBeNull();
      }),
    );
  });

  it("opens nothing under another key, past its time, or of another shape", async () => {
    const sealed = await seal.close("here", { text: "hers" }, 60);
    expect(await createSeal(randomBytes(32)).open("here", sealed, shape)).toBeNull();
    expect(await seal.open("here", await seal.close("here", { text: "hers" }, -1), shape)).toBeNull();
    expect(await seal.open("here", sealed, z.object({ number: z.number() }))).toBeNull();
  });
});

function sameBytes(one: string, other: string): boolean {
  const bytes = (text: string) => text.split(".").map((part) => Buffer.from(part, "base64url").toString("hex"));
  return bytes(one).join() === bytes(other).join();
}

const stores: [name: string, open: () => Promise<KeyValueStore>][] = [
  ["in the process", async () => createMemoryStore()],
];
if (testRedisUrl !== undefined) {
  const url = testRedisUrl;
  const prefix = `portal-test-${randomBytes(6).toString("hex")}`;
  stores.push(["on Redis", () => createRedisStore(url, prefix, createLogger("portal", "silent"))]);
}

const idToken = new UnsecuredJWT({ sid: "sid-1" }).encode();
const tokens = { accessToken: "access", refreshToken: "refresh", expiresAt: 2_000_000_000 };

describe.each(stores)("a session kept %s", (_name, open) => {
  let store: KeyValueStore;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(() => store.close());

  it("is found by its ID, with the tokens that were renewed last", async () => {
    const sessions = createSessions(store, seal);
    const { id } = await sessions.begin(idToken, tokens);
    await sessions.renew(id, { ...tokens, accessToken: "newer" });
    expect(await sessions.find(id)).toMatchObject({ idToken, tokens: { accessToken: "newer" } });
    expect(await sessions.find(`${id}A`)).toBeNull();
  });

  it("does not come back when a renewal overlaps its end", async () => {
    const sessions = createSessions(store, seal);
    const { id } = await sessions.begin(idToken, tokens);
    await sessions.end(id);
    await sessions.renew(id, tokens);
    expect(await sessions.find(id)).toBeNull();
  });
});

describe.each(stores)("a session of identity that has ended, with sessions kept %s", (_name, open) => {
  let store: KeyValueStore;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(() => store.close());

  it("ends all that belongs to it, and nothing else", async () => {
    const sessions = createSessions(store, seal);
    const sid = randomBytes(8).toString("hex");
    const [hers, others] = [sid, randomBytes(8).toString("hex")].map((one) => new UnsecuredJWT({ sid: one }).encode());
    const ended = [await sessions.begin(String(hers), tokens), await sessions.begin(String(hers), tokens)];
    const going = await sessions.begin(String(others), tokens);
    await sessions.endBySid(sid);
    for (const { id } of ended) expect(await sessions.find(id)).toBeNull();
    expect(await sessions.find(going.id)).not.toBeNull();
  });

  it("begins nothing here that was still under way", async () => {
    const sessions = createSessions(store, seal);
    const sid = randomBytes(8).toString("hex");
    await sessions.endBySid(sid);
    const late = await sessions.begin(new UnsecuredJWT({ sid }).encode(), tokens);
    expect(await sessions.find(late.id)).toBeNull();
  });
});

describe("the life of a session", () => {
  afterEach(() => vi.useRealTimers());

  it("ends when it is left alone, and at its limit however busy it is", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const sessions = createSessions(createMemoryStore(), seal);
    const idle = await sessions.begin(idToken, tokens);
    const busy = await sessions.begin(idToken, tokens);
    const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

    pass(idleSeconds - 1);
    expect(await sessions.find(idle.id)).not.toBeNull();
    await sessions.renew(busy.id, tokens);
    pass(1);
    expect(await sessions.find(idle.id)).toBeNull();
    expect(await sessions.find(busy.id)).not.toBeNull();

    pass(idleSeconds);
    expect(await sessions.find(busy.id)).toBeNull();

    const again = await sessions.begin(idToken, tokens);
    for (let left = sessionSeconds; left > 1; left -= Math.min(idleSeconds / 2, left - 1)) {
      expect(await sessions.find(again.id)).not.toBeNull();
      await sessions.renew(again.id, tokens);
      pass(Math.min(idleSeconds / 2, left - 1));
    }
    expect(await sessions.find(again.id)).not.toBeNull();
    pass(1);
    expect(await sessions.find(again.id)).toBeNull();
  });
});

describe("an access token that has ended", () => {
  let portal: TestPortal;
  beforeEach(async () => {
    portal = await startTestPortal();
  });
  afterEach(() => portal.close());

  it("is renewed without the citizen noticing, once for all requests that arrive together", async () => {
    portal.identity.accessTokenSeconds = 20;
    const visitor = portal.visitor();
    // As far as the session and no further: the page itself would renew the token already.
    await visitor.ask(locationOf(await visitor.open("/sign-in", `${portal.url}/callback`)));
    portal.identity.accessTokenSeconds = 300;
    const pages = await Promise.all(Array.from({ length: 8 }, () => visitor.ask("/")));
    expect(pages.map((page) => page.status)).toEqual(Array(8).fill(200));
    expect(portal.identity.renewals()).toBe(1);
    expect(new Set(portal.graph.asked.map((headers) => headers.authorization)).size).toBe(1);
  });

  it("leads to sign-in, and straight back, when identity grants no more but still knows the citizen", async () => {
    portal.identity.accessTokenSeconds = 20;
    const visitor = portal.visitor();
    await visitor.open("/sign-in");
    portal.identity.refusesTokens = true;
    const answer = await visitor.ask("/");
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/sign-in"]);
    expect(visitor.cookies.has("huimin_portal_session")).toBe(false);
    const interactions = portal.identity.interactions();
    portal.identity.refusesTokens = false;
    expect(await (await visitor.open("/sign-in")).text()).toContain("阿依古丽");
    expect(portal.identity.interactions()).toBe(interactions);
  });
});
