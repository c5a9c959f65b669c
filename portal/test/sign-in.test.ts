import { createHash } from "node:crypto";
import { calculateJwkThumbprint } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createMemoryStore } from "../../platform/keyvalue.ts";
import { createLogger } from "../../platform/log.ts";
import { createPortal } from "../server.ts";
import { startTestPortal, type TestPortal, testConfig } from "./support/portal.ts";
import { locationOf, type Visitor } from "./support/visitor.ts";

const sessionCookie = "huimin_portal_session";
let portal: TestPortal;

beforeAll(async () => {
  portal = await startTestPortal();
});
beforeEach(() => {
  portal.identity.outcome = "signs in";
});
afterAll(() => portal.close());

/** Follows a sign-in up to the address at which identity sends the citizen back. */
async function callbackOf(visitor: Visitor): Promise<string> {
  return locationOf(await visitor.open("/sign-in", `${portal.url}/callback`));
}

describe("signing in", () => {
  it("sends the citizen to identity with PKCE, state, nonce, the graph as resource and her language", async () => {
    const response = await portal.visitor().ask("/sign-in?lang=ug");
    expect(response.status).toBe(303);
    const { origin, searchParams } = new URL(locationOf(response));
    expect(origin).toBe(portal.identity.issuer);
    // The request itself went the direct way (RFC 9126); the browser carries its name alone.
    expect([...searchParams.keys()].sort()).toEqual(["client_id", "request_uri"]);
    const request = portal.identity.pushed.at(-1) ?? {};
    expect(request).toMatchObject({
      client_id: "portal",
      response_type: "code",
      redirect_uri: `${portal.url}/callback`,
      resource: `${portal.config.gatewayUrl}/graphql`,
      code_challenge_method: "S256",
      ui_locales: "ug",
    });
    for (const secret of ["state", "nonce", "code_challenge"]) {
      expect(String(request[secret]).length).toBeGreaterThanOrEqual(43);
    }
    expect(String(request.scope).split(" ").sort()).toEqual([
      "citizen:read",
      "employment:read",
      "health:read",
      "openid",
      "pension:read",
      "power:read",
      "utilities:read",
      "water:read",
    ]);
  });

  it("brings her to her own page, and asks the graph in her name", async () => {
    const visitor = portal.visitor();
    const response = await visitor.open("/sign-in");
    expect(response.url).toBe(`${portal.url}/`);
    expect(await response.text()).toContain("阿依古丽·买买提");
    expect(portal.graph.asked.at(-1)?.authorization).toMatch(/^DPoP eyJ[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  it("gives the browser one opaque ID in a cookie that scripts and other sites cannot use, and no token", async () => {
    const visitor = portal.visitor();
    const response = await visitor.ask(await callbackOf(visitor));
    const [line] = response.headers.getSetCookie().filter((cookie) => cookie.startsWith(sessionCookie));
    expect(line).toMatch(/^huimin_portal_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    const page = await (await visitor.open("/")).text();
    expect(page).not.toMatch(/eyJ/);
    expect([...visitor.cookies.values()].join()).not.toMatch(/eyJ/);
  });

  it("begins a session under a new ID each time, and ends the one before", async () => {
    const visitor = portal.visitor();
    await visitor.open("/sign-in");
    const first = visitor.cookies.get(sessionCookie);
    await visitor.open("/sign-in");
    expect(visitor.cookies.get(sessionCookie)).not.toBe(first);
    const thief = portal.visitor();
    thief.cookies.set(sessionCookie, String(first));
    expect(await (await thief.open("/")).text()).not.toContain("阿依古丽");
  });

  it("never adopts a session ID that was planted in the browser", async () => {
    const visitor = portal.visitor();
    const planted = "A".repeat(43);
    visitor.cookies.set(sessionCookie, planted);
    await visitor.open("/sign-in");
    const attacker = portal.visitor();
    attacker.cookies.set(sessionCookie, planted);
    expect(await (await attacker.open("/")).text()).not.toContain("阿依古丽");
  });

  it("keeps the session out of sight in the store: no ID, no token, nothing readable", async () => {
    const entries = new Map<string, string>();
    const store = createMemoryStore();
    const watched = {
      ...store,
      set: async (key: string, value: string, ttlSeconds: number) => {
        entries.set(key, value);
        await store.set(key, value, ttlSeconds);
      },
    };
    const other = await startTestPortal(watched);
    try {
      const visitor = other.visitor();
      await visitor.open("/sign-in");
      const id = String(visitor.cookies.get(sessionCookie));
      expect([...entries.keys()].sort()).toEqual(
        ["session", "tokens"].map((kind) => `${kind}:${createHash("sha256").update(id).digest("base64url")}`),
      );
      const bearer = other.graph.asked.at(-1)?.authorization?.slice("DPoP ".length) ?? "";
      for (const value of entries.values()) {
        expect(value).not.toContain(id);
        expect(value).not.toContain(bearer);
        expect(Buffer.from(value.split(".")[3] ?? "", "base64url").toString("latin1")).not.toContain("accessToken");
      }
    } finally {
      await other.close();
    }
  });
});

describe("a sign-in that does not succeed", () => {
  it("is refused when the state is not the one it began with", async () => {
    const visitor = portal.visitor();
    const callback = new URL(await callbackOf(visitor));
    callback.searchParams.set("state", "somebody-elses");
    const response = await visitor.ask(callback.href);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("这次登录已失效");
    expect(visitor.cookies.has(sessionCookie)).toBe(false);
  });

  it("is refused in a browser that did not begin it", async () => {
    const callback = await callbackOf(portal.visitor());
    const response = await portal.visitor().ask(callback);
    expect(response.status).toBe(400);
    expect(response.headers.getSetCookie().join()).not.toContain(sessionCookie);
  });

  it("is refused when the cookie of the attempt was made up or changed", async () => {
    const visitor = portal.visitor();
    const callback = await callbackOf(visitor);
    const sealed = String(visitor.cookies.get("huimin_portal_sign_in"));
    visitor.cookies.set("huimin_portal_sign_in", `${sealed.slice(0, -4)}AAAA`);
    expect((await visitor.ask(callback)).status).toBe(400);
  });

  it("is refused when its code comes a second time", async () => {
    const visitor = portal.visitor();
    const callback = await callbackOf(visitor);
    const attempt = String(visitor.cookies.get("huimin_portal_sign_in"));
    expect((await visitor.ask(callback)).status).toBe(303);
    visitor.cookies.set("huimin_portal_sign_in", attempt);
    visitor.cookies.delete(sessionCookie);
    expect((await visitor.ask(callback)).status).toBe(400);
    expect(visitor.cookies.has(sessionCookie)).toBe(false);
  });

  it("says so kindly when the citizen turned back at identity", async () => {
    portal.identity.outcome = "cancels";
    const response = await portal.visitor({ "accept-language": "kk" }).open("/sign-in");
    expect(response.status).toBe(403);
    const page = await response.text();
    expect(page).toContain('<html lang="kk" dir="ltr">');
    expect(page).toContain("Кіру тоқтатылды");
    expect(page).toContain('href="/sign-in"');
  });

  it("says that identity failed, and nothing of its inside", async () => {
    portal.identity.outcome = "breaks";
    const response = await portal.visitor({ "accept-language": "en" }).open("/sign-in");
    expect(response.status).toBe(502);
    const page = await response.text();
    expect(page).toContain("Sign-in did not succeed");
    expect(page).not.toContain("secret of the inside");
  });
});

describe("a portal that started before identity", () => {
  it("is live, not ready, and says that sign-in has to wait", async () => {
    const config = await testConfig();
    const app = await createPortal(config, { sessions: createMemoryStore() }, createLogger("portal", "silent"));
    try {
      expect((await app.inject("/health/live")).statusCode).toBe(200);
      const ready = await app.inject("/health/ready");
      expect(ready.statusCode).toBe(503);
      expect(ready.json()).toEqual({ status: "not ready", failed: ["identity"] });
      const answer = await app.inject({ url: "/sign-in", headers: { "accept-language": "en" } });
      expect(answer.statusCode).toBe(503);
      expect(answer.headers["retry-after"]).toBe("60");
      expect(answer.body).toContain("Sign-in is not possible right now");
      expect((await app.inject("/")).statusCode).toBe(200);
    } finally {
      await app.close();
    }
  });

  it("finds identity as soon as it is there", async () => {
    expect((await fetch(`${portal.url}/health/ready`)).status).toBe(200);
  });
});

describe("the client key", () => {
  it("is published without its private part", async () => {
    const response = await fetch(`${portal.url}/.well-known/jwks.json`);
    expect(response.headers.get("content-type")).toMatch(/^application\/jwk-set\+json/);
    const { keys } = await response.json();
    expect(keys).toHaveLength(1);
    expect(Object.keys(keys[0]).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
    expect(await calculateJwkThumbprint(keys[0])).toBe(await calculateJwkThumbprint(portal.config.clientKey));
  });
});
