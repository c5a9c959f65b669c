/** Everything that counts once counts once for ten who come at the same moment, wherever it is kept. */
import { randomUUID } from "node:crypto";
import { type Adapter, Provider } from "oidc-provider";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createMemoryStore, type KeyValueStore } from "../../platform/keyvalue.ts";
import { createLogger } from "../../platform/log.ts";
import { createDatabase, type Database, migrate } from "../../platform/postgres.ts";
import { createRedisStore } from "../../platform/redis.ts";
import { createTestDatabase, type TestDatabase } from "../../platform/test/database.ts";
import { testRedisUrl } from "../../platform/test/redis.ts";
import { refuseReplays } from "../provider/replay.ts";
import { durableArtefacts } from "../store/durable-artefacts.ts";
import { fleetingArtefacts } from "../store/fleeting-artefacts.ts";
import { identityMigrations, identitySchema } from "../store/migrations.ts";

const log = createLogger("test", "error");
let testDatabase: TestDatabase;
let database: Database;
let redis: KeyValueStore;
const memory = createMemoryStore();

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = createDatabase({ url: testDatabase.url, schema: identitySchema, log });
  await migrate(database, identitySchema, identityMigrations);
  if (testRedisUrl) redis = await createRedisStore(testRedisUrl, `test-${randomUUID()}`, log);
});
afterAll(async () => {
  await redis?.close();
  await database.close();
  await testDatabase.drop();
});

/** The second run of the proof has a Redis; the first has the store inside the process alone. */
const fleetingStores: [where: string, store: () => KeyValueStore][] = [
  ["in the process", () => memory],
  ...(testRedisUrl ? [["in Redis", () => redis] as [string, () => KeyValueStore]] : []),
];
const adapters: [where: string, open: (model: string) => Adapter][] = [
  ["in PostgreSQL", (model) => durableArtefacts(model, database)],
  ...fleetingStores.map(([where, store]): [string, (model: string) => Adapter] => [
    where,
    (model) => fleetingArtefacts(model, store()),
  ]),
];

/** Ten at once; what came of those that were let through, and why the others were not. */
async function tenAtOnce<T>(attempt: (n: number) => Promise<T>): Promise<{ passed: T[]; refused: unknown[] }> {
  const results = await Promise.allSettled(Array.from({ length: 10 }, (_, n) => attempt(n)));
  return {
    passed: results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])),
    refused: results.flatMap((result) => (result.status === "rejected" ? [result.reason] : [])),
  };
}

describe.each(adapters)("an artefact kept %s", (_where, open) => {
  it.each([
    ["AuthorizationCode", "invalid_grant"],
    ["RefreshToken", "invalid_grant"],
    ["DeviceCode", "invalid_grant"],
    ["PushedAuthorizationRequest", "invalid_request_uri"],
  ])("of kind %s is consumed by one", async (model, error) => {
    const [artefacts, id] = [open(model), randomUUID()];
    const seconds = Math.floor(Date.now() / 1000);
    await artefacts.upsert(id, { jti: id, kind: model, exp: seconds + 60 }, 60);
    const { passed, refused } = await tenAtOnce(() => artefacts.consume(id));
    expect(passed).toHaveLength(1);
    for (const reason of refused) expect(reason).toMatchObject({ error });
    expect((await artefacts.find(id))?.consumed).toBeGreaterThanOrEqual(seconds);
  });
});

describe.each(fleetingStores)("the jti of an assertion or a proof, remembered %s", (_where, store) => {
  const provider = () => {
    const made = new Provider("http://localhost", {});
    refuseReplays(made, store());
    return made;
  };
  const soon = () => Math.floor(Date.now() / 1000) + 60;

  it("is new to one, on two replicas too", async () => {
    const replicas = [provider(), provider()];
    const jti = randomUUID();
    const { passed } = await tenAtOnce(async (n) => await replicas[n % 2]?.ReplayDetection.unique("c", jti, soon()));
    expect(passed.filter((isNew) => isNew)).toHaveLength(1);
    expect(passed).toHaveLength(10);
  });

  it("is another's when the client is another, however the two are put together", async () => {
    const { ReplayDetection } = provider();
    const jti = randomUUID();
    expect(await ReplayDetection.unique("ab", `c${jti}`, soon())).toBe(true);
    expect(await ReplayDetection.unique("abc", jti, soon())).toBe(true);
    expect(await ReplayDetection.unique("abc", jti, soon())).toBe(false);
  });
});
