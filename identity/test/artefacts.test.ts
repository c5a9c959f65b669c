import { randomUUID } from "node:crypto";
import type { Adapter } from "oidc-provider";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createMemoryStore, type KeyValueStore } from "../../platform/keyvalue.ts";
import { createLogger } from "../../platform/log.ts";
import { createDatabase, type Database, migrate } from "../../platform/postgres.ts";
import { createRedisStore } from "../../platform/redis.ts";
import { createTestDatabase, type TestDatabase } from "../../platform/test/database.ts";
import { testRedisUrl } from "../../platform/test/redis.ts";
import { durableArtefacts, sweepExpiredArtefacts } from "../store/durable-artefacts.ts";
import { fleetingArtefacts } from "../store/fleeting-artefacts.ts";
import { identityMigrations, identitySchema } from "../store/migrations.ts";

const log = createLogger("test", "error");
let testDatabase: TestDatabase;
let database: Database;
let redis: KeyValueStore | undefined;
const memory = createMemoryStore();

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = createDatabase({ url: testDatabase.url, schema: identitySchema, log });
  await migrate(database, identitySchema, identityMigrations);
  redis = testRedisUrl === undefined ? undefined : await createRedisStore(testRedisUrl, `test-${randomUUID()}`, log);
});
afterAll(async () => {
  await redis?.close();
  await database.close();
  await testDatabase.drop();
});

type Opener = readonly [where: string, open: (model: string) => Adapter];

const openers: Opener[] = [
  ["in PostgreSQL", (model) => durableArtefacts(model, database)],
  ["in the process", (model) => fleetingArtefacts(model, memory)],
  ["in Redis", (model) => fleetingArtefacts(model, redis ?? memory)],
];

const seconds = () => Math.floor(Date.now() / 1000);
const payload = (id: string, more = {}) => ({ jti: id, kind: "RefreshToken", exp: seconds() + 60, ...more });

describe.each(testRedisUrl ? openers : openers.slice(0, 2))("an artefact of the provider %s", (_where, open) => {
  it("comes back as it was written, and can be replaced", async () => {
    const [tokens, id] = [open("RefreshToken"), randomUUID()];
    const written = payload(id, { scope: "openid", claims: { a: [1, "二"] } });
    await tokens.upsert(id, written, 60);
    expect(await tokens.find(id)).toEqual(written);
    await tokens.upsert(id, { ...written, scope: "openid x" }, 60);
    expect(await tokens.find(id)).toMatchObject({ scope: "openid x" });
    expect(await tokens.find(randomUUID())).toBeUndefined();
  });

  it("is kept apart from one of another kind with the same identifier", async () => {
    const id = randomUUID();
    await open("RefreshToken").upsert(id, payload(id), 60);
    expect(await open("Grant").find(id)).toBeUndefined();
  });

  it("stays consumed when it is written again, and cannot be consumed once it is gone", async () => {
    const [tokens, id] = [open("RefreshToken"), randomUUID()];
    await tokens.upsert(id, payload(id), 60);
    await tokens.consume(id);
    await tokens.upsert(id, payload(id, { scope: "later" }), 60);
    await expect(tokens.consume(id)).rejects.toMatchObject({ error: "invalid_grant" });
    await tokens.destroy(id);
    expect(await tokens.find(id)).toBeUndefined();
    await expect(tokens.consume(id)).rejects.toMatchObject({ error: "invalid_grant" });
  });

  it("goes with its grant, and leaves those of other grants alone", async () => {
    const tokens = open("RefreshToken");
    const [grantId, ids] = [randomUUID(), Array.from({ length: 3 }, () => randomUUID())];
    for (const id of ids) await tokens.upsert(id, payload(id, { grantId }), 60);
    const other = randomUUID();
    await tokens.upsert(other, payload(other, { grantId: randomUUID() }), 60);
    await tokens.revokeByGrantId(grantId);
    expect(await Promise.all(ids.map((id) => tokens.find(id)))).toEqual([undefined, undefined, undefined]);
    expect(await tokens.find(other)).toBeDefined();
  });
});

describe("a session in PostgreSQL", () => {
  it("is found by its uid, and ends under every identifier that it has", async () => {
    const sessions = durableArtefacts("Session", database);
    const [uid, first, second] = [randomUUID(), randomUUID(), randomUUID()];
    // What two tabs do that both give the session its next identifier.
    await Promise.all([
      sessions.upsert(first, payload(first, { uid }), 60),
      sessions.upsert(second, payload(second, { uid }), 61),
    ]);
    expect(await sessions.findByUid(uid)).toMatchObject({ uid });
    await sessions.destroy(second);
    expect(await sessions.findByUid(uid)).toBeUndefined();
    expect(await sessions.find(first)).toBeUndefined();
  });

  it("cannot be taken over by who reads the table", async () => {
    const id = randomUUID();
    await durableArtefacts("Session", database).upsert(id, payload(id), 60);
    const rows = await database.query("SELECT * FROM oidc_artefact WHERE model = 'Session'");
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(id);
  });
});

describe("sweeping", () => {
  it("removes what expired a while ago, however much it is, and nothing else", async () => {
    await database.query(
      `INSERT INTO oidc_artefact (model, id_hash, payload, expires_at)
       SELECT 'Swept', sha256(n::text::bytea), '{}', now() - interval '1 hour' FROM generate_series(1, 2500) n`,
    );
    const [live, id] = [durableArtefacts("Swept", database), randomUUID()];
    await live.upsert(id, payload(id), 60);
    await live.upsert(`${id}-endless`, payload(`${id}-endless`));
    await sweepExpiredArtefacts(database);
    const [{ left } = { left: 0 }] = await database.query<{ left: number }>(
      "SELECT count(*) AS left FROM oidc_artefact WHERE model = 'Swept'",
    );
    expect(left).toBe(2);
  });
});
