import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLogger } from "../../platform/log.ts";
import { freePort } from "../../platform/test/ports.ts";
import { watchIssuerKeys } from "../admission/issuer-keys.ts";
import { createGateway } from "../server.ts";
import { gatewayConfig, newCitizenId, startCity, type TestCity } from "./city.ts";

const readMe = "{ me { id } }";
const citizen = newCitizenId();

let city: TestCity;

beforeEach(async () => {
  city = await startCity();
});
afterEach(() => city.close());

async function statusOf(token: string): Promise<number> {
  return (await city.query(readMe, { token })).status;
}

describe("the keys of identity", () => {
  it("may be rotated: tokens of the new key count soon, those of the old one as long as they live", async () => {
    const old = await city.token(citizen);
    expect(await statusOf(old)).toBe(200);
    await city.issuer.rotate();
    const fresh = await city.token(citizen);
    await expect.poll(() => statusOf(fresh), { timeout: 15_000, interval: 200 }).toBe(200);
    expect(await statusOf(old)).toBe(200);
  });

  it("are not asked for again by a flood of forged key IDs", async () => {
    const before = city.issuer.fetches();
    const forged = await Promise.all(
      Array.from({ length: 100 }, (_, i) => city.token(citizen, { header: { kid: `forged-${i}` } })),
    );
    const statuses = await Promise.all(forged.map(statusOf));
    expect(new Set(statuses)).toEqual(new Set([401]));
    expect(city.issuer.fetches() - before).toBeLessThanOrEqual(1);
  });

  it("keep working while identity is down, for tokens never seen before too", async () => {
    await city.issuer.stop();
    expect(await statusOf(await city.token(citizen))).toBe(200);
    expect(await statusOf(await city.token(newCitizenId()))).toBe(200);
  });

  it("that are unknown while identity is down let nobody in", async () => {
    await city.issuer.rotate();
    await city.issuer.stop();
    const { data, errors } = await city.query(readMe, { token: await city.token(citizen) });
    expect(data).toBeUndefined();
    // A fetch less than two seconds ago settles the matter; otherwise nobody can say whether the key is good.
    expect(["TOKEN_INVALID", "INTERNAL_SERVER_ERROR"]).toContain(errors?.[0]?.extensions.code);
    expect(JSON.stringify(errors)).not.toContain(city.issuer.url);
  });
});

describe("a gateway that starts before identity", () => {
  it("is alive but not ready, lets nobody in, and is ready once identity answers", async () => {
    const token = await city.token(citizen);
    await city.issuer.stop();
    const port = await freePort();
    const gateway = await createGateway(
      await gatewayConfig({
        port,
        issuer: city.issuer.url,
        gatewayUrl: city.gatewayUrl,
        subgraphs: Object.fromEntries(Object.entries(city.subgraphs).map(([name, { url }]) => [name, url])),
      }),
      createLogger("gateway", "silent"),
    );
    try {
      expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
      expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(503);
      const early = await fetch(`${gateway.url}/graphql?query=${encodeURIComponent(readMe)}`, {
        headers: { authorization: `Bearer ${token}`, accept: "application/graphql-response+json" },
      });
      expect(early.status).toBe(500);
      await city.issuer.start();
      await expect
        .poll(async () => (await fetch(`${gateway.url}/health/ready`)).status, { timeout: 15_000, interval: 100 })
        .toBe(200);
    } finally {
      await gateway.close();
    }
  });
});

describe("keys that were not confirmed for long", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("stop to count after an hour", async () => {
    const keys = watchIssuerKeys(new URL(`${city.issuer.url}/jwks`), createLogger("test", "silent"));
    try {
      await expect.poll(() => keys.fetched().then(() => "fetched")).toBe("fetched");
      await city.issuer.stop();
      const { kid } = city.issuer.key();
      const find = () => keys.find({ alg: "ES256", kid }, { payload: "", signature: "" });
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 59 * 60_000 });
      await expect(find()).resolves.toBeDefined();
      vi.setSystemTime(Date.now() + 2 * 60_000);
      await expect(find()).rejects.toThrow();
    } finally {
      keys.close();
    }
  });
});
