import { randomUUID } from "node:crypto";
import type { AdapterPayload } from "oidc-provider";
import { afterAll, describe, expect, it } from "vitest";
import { createMemoryStore } from "../../platform/keyvalue.ts";
import { createLogger } from "../../platform/log.ts";
import { createRedisStore } from "../../platform/redis.ts";
import { testRedisUrl } from "../../platform/test/redis.ts";
import { deviceCodes } from "../store/device-codes.ts";

const redis =
  testRedisUrl && (await createRedisStore(testRedisUrl, `test-${randomUUID()}`, createLogger("test", "error")));
const stores = [["in the process", createMemoryStore()] as const, ...(redis ? [["in Redis", redis] as const] : [])];
afterAll(async () => {
  for (const [, store] of stores) await store.close();
});

const payload = (id: string, more: AdapterPayload = {}): AdapterPayload => ({
  jti: id,
  kind: "DeviceCode",
  clientId: "kiosk",
  userCode: id.slice(0, 8),
  exp: Math.floor(Date.now() / 1000) + 600,
  ...more,
});

describe.each(stores)("a device code %s", (_where, store) => {
  it("is found by its user code, and told apart from every other", async () => {
    const codes = deviceCodes(store, async () => {});
    const [id, other] = [randomUUID(), randomUUID()];
    await codes.upsert(id, payload(id), 600);
    expect(await codes.findByUserCode(id.slice(0, 8))).toMatchObject({ jti: id });
    expect(await codes.findByUserCode(other.slice(0, 8))).toBeUndefined();
    const twin = codes.upsert(other, payload(other, { userCode: id.slice(0, 8) }), 600);
    await expect(twin).rejects.toMatchObject({ error: "temporarily_unavailable" });
  });

  it("is answered by exactly one of ten at the same time, who is recorded once", async () => {
    const accepted: string[] = [];
    const codes = deviceCodes(store, async ({ citizenId }) => void accepted.push(citizenId));
    const id = randomUUID();
    await codes.upsert(id, payload(id), 600);
    await codes.upsert(id, payload(id, { inFlight: true }), 600);
    const answers = Array.from({ length: 10 }, (_, i) =>
      codes.upsert(id, payload(id, { inFlight: true, accountId: `citizen-${i}` }), 600),
    );
    const results = await Promise.allSettled(answers);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(accepted).toEqual([(await codes.find(id))?.accountId]);
  });

  it("stays unanswered when her history cannot be written", async () => {
    let isBroken = true;
    const codes = deviceCodes(store, async () => {
      if (isBroken) throw new Error("the database is gone");
    });
    const id = randomUUID();
    await codes.upsert(id, payload(id), 600);
    const answer = () => codes.upsert(id, payload(id, { inFlight: true, accountId: "citizen" }), 600);
    await expect(answer()).rejects.toThrow("the database is gone");
    expect((await codes.find(id))?.accountId).toBeUndefined();
    isBroken = false;
    await answer();
    expect((await codes.find(id))?.accountId).toBe("citizen");
  });

  it("is one of a thousand that a client may have waiting, and no more", async () => {
    const codes = deviceCodes(store, async () => {});
    const [clientId, ids] = [randomUUID(), Array.from({ length: 1_001 }, () => randomUUID())];
    const begun = await Promise.allSettled(
      ids.map((id) => codes.upsert(id, payload(id, { clientId, userCode: id }), 600)),
    );
    expect(begun.filter(({ status }) => status === "fulfilled")).toHaveLength(1_000);
    const id = randomUUID();
    await codes.upsert(id, payload(id, { clientId: "another" }), 600);
  });
});
