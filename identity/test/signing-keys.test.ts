import { randomBytes } from "node:crypto";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { StartRefused } from "../../platform/lifecycle.ts";
import { createLogger } from "../../platform/log.ts";
import { createDatabase, type Database, migrate } from "../../platform/postgres.ts";
import { createTestDatabase, type TestDatabase } from "../../platform/test/database.ts";
import { generateSigningKey } from "../keys/generation.ts";
import { keyPace } from "../keys/pace.ts";
import { type SigningAlgorithm, signingAlgorithms } from "../keys/rotation.ts";
import { openKey, sealKey } from "../keys/sealing.ts";
import { openKeyRing } from "../provider/key-ring.ts";
import { createIdentity } from "../server.ts";
import { identityMigrations, identitySchema } from "../store/migrations.ts";
import {
  advanceSigningKeys,
  changeKeys,
  type KeyStores,
  listSigningKeys,
  openSigningKeys,
  resealKeys,
} from "../store/signing-keys.ts";
import { aygul } from "./support/citizens.ts";
import { begin, portalClient, signIn, type TestClient } from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";

const log = createLogger("test", "error");
const { schedule } = keyPace(30, 86_400);
const eachTwice = 2 * signingAlgorithms.length;

describe("a sealed key", () => {
  const [sealer, other] = [randomBytes(32), randomBytes(32)];

  it.each(signingAlgorithms)("of %s opens as it was under any key-encryption key that is known", async (algorithm) => {
    const { keyId, jwk } = await generateSigningKey(algorithm);
    const sealed = await sealKey(keyId, jwk, [sealer]);
    expect(sealed).not.toContain(String(jwk.d));
    expect(await openKey(keyId, sealed, [other, sealer])).toEqual(jwk);
  });

  it("does not open under another key, nor in another key's place, nor when a character has changed", async () => {
    const { keyId, jwk } = await generateSigningKey("ES256");
    const sealed = await sealKey(keyId, jwk, [sealer]);
    await expect(openKey(keyId, sealed, [other])).rejects.toThrow(/HUIMIN_KEY_ENCRYPTION_KEY does not open/);
    await expect(openKey("another", sealed, [sealer])).rejects.toThrow(/stands in another's place/);
    const tampered = `${sealed.slice(0, -1)}${sealed.endsWith("A") ? "Q" : "A"}`;
    await expect(openKey(keyId, tampered, [sealer])).rejects.toBeInstanceOf(StartRefused);
  });
});

describe("the keys in the database", () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let stores: KeyStores;

  beforeEach(async () => {
    testDatabase = await createTestDatabase();
    database = createDatabase({ url: testDatabase.url, schema: identitySchema, log });
    stores = { database, sealers: [randomBytes(32)], schedule };
    await migrate(database, identitySchema, identityMigrations);
  });
  afterEach(async () => {
    await database.close();
    await testDatabase.drop();
  });

  const all = async () => await database.query<{ sealed: string | null }>("SELECT * FROM signing_key");
  /** Lets time pass for every key that there is. */
  const age = (seconds: number) =>
    database.query(
      `UPDATE signing_key SET published_at = published_at - make_interval(secs => $1),
         signing_at = signing_at - make_interval(secs => $1), due_at = due_at - make_interval(secs => $1),
         retiring_at = retiring_at - make_interval(secs => $1)`,
      [seconds],
    );
  const inState = async (state: string, algorithm: SigningAlgorithm = "ES256") =>
    (await listSigningKeys(database)).filter((key) => key.state === state && key.algorithm === algorithm);

  it("are made once, though ten replicas start together", async () => {
    // Connections that are open already, lest the first replica be done before the others have begun.
    await Promise.all(Array.from({ length: 10 }, () => database.query("SELECT pg_sleep(0.1)")));
    const rings = await Promise.all(Array.from({ length: 10 }, () => openKeyRing(stores, { trusted: 60 })));
    const ids = new Set(rings.flatMap((ring) => ring.keys().map(({ kid }) => kid)));
    expect(ids.size).toBe(eachTwice);
    expect(await all()).toHaveLength(eachTwice);
  });

  it("are nowhere plain", async () => {
    await advanceSigningKeys(stores);
    const keys = await openSigningKeys(database, stores.sealers, await listSigningKeys(database));
    expect(keys).toHaveLength(eachTwice);
    const rows = JSON.stringify(await all());
    for (const { d } of keys) expect(rows).not.toContain(String(d));
    expect(rows).not.toContain('"d"');
  });

  it("change once when their time has come, though ten replicas see it together", async () => {
    await advanceSigningKeys(stores);
    const [[first], [next]] = [await inState("signing"), await inState("published")];
    await age(schedule.period + 1);
    const taken = await Promise.all(Array.from({ length: 10 }, () => advanceSigningKeys(stores)));
    expect(taken.filter((steps) => steps.length > 0)).toHaveLength(1);
    expect(await inState("signing")).toMatchObject([{ keyId: next?.keyId }]);
    expect(await inState("retiring")).toMatchObject([{ keyId: first?.keyId }]);
    expect(await inState("published")).toHaveLength(1);
  });

  it("leave nothing of a key whose time is over, except that it was there", async () => {
    await advanceSigningKeys(stores);
    await age(schedule.period + 1);
    await advanceSigningKeys(stores);
    await age(schedule.retireWait - 60);
    await advanceSigningKeys(stores);
    expect(await inState("retiring")).toHaveLength(1);
    await age(61);
    await advanceSigningKeys(stores);
    expect(await inState("retiring")).toEqual([]);
    const gone = await database.query("SELECT sealed, jwk FROM signing_key WHERE state = 'gone'");
    expect(gone).toEqual(signingAlgorithms.map(() => ({ sealed: null, jwk: null })));
  });

  it("can be sealed anew under another key-encryption key, after which the old one opens nothing", async () => {
    await advanceSigningKeys(stores);
    const [old] = stores.sealers;
    const fresh = randomBytes(32);
    const before = await openSigningKeys(database, [old], await listSigningKeys(database));
    expect(await changeKeys(database, (tx) => resealKeys(tx, [fresh, old]))).toHaveLength(eachTwice);
    expect(await changeKeys(database, (tx) => resealKeys(tx, [fresh, old]))).toEqual([]);
    const records = await listSigningKeys(database);
    expect(await openSigningKeys(database, [fresh], records)).toEqual(before);
    await expect(openSigningKeys(database, [old], records)).rejects.toBeInstanceOf(StartRefused);
  });

  it("let a replica sign no longer than it may trust what it saw", async () => {
    const ring = await openKeyRing(stores, { trusted: 0.2 });
    expect(ring.isTrusted()).toBe(true);
    await expect.poll(() => ring.isTrusted()).toBe(false);
    expect(await ring.reload()).toBe(false);
    expect(ring.isTrusted()).toBe(true);
  });
});

describe("a running identity", () => {
  let identity: TestIdentity;
  let portal: TestClient;

  beforeAll(async () => {
    identity = await startTestIdentity();
    portal = await portalClient(identity);
  });
  afterAll(() => identity.close());

  const keySet = () => fetch(`${identity.issuer}/jwks`);
  const keyIds = async () => {
    const { keys } = (await (await keySet()).json()) as { keys: { kid: string }[] };
    return keys.map(({ kid }) => kid);
  };

  it("has the same keys after a restart, and citizens stay signed in", async () => {
    const before = await keyIds();
    const { agent } = await signIn(identity, portal, aygul);
    await identity.restart();
    expect(await keyIds()).toEqual(before);
    const { page } = await begin(identity, portal, { agent });
    expect(page.leavesTo?.searchParams.has("code")).toBe(true);
  });

  it("publishes the public halves alone, and says for how long they keep", async () => {
    const response = await keySet();
    expect(response.headers.get("cache-control")).toBe("public, max-age=300, stale-if-error=3600");
    const { keys } = (await response.json()) as { keys: Record<string, unknown>[] };
    expect(keys).toHaveLength(eachTwice);
    for (const key of keys) {
      expect(Object.keys(key).filter((name) => ["d", "p", "q", "dp", "dq", "qi", "k"].includes(name))).toEqual([]);
    }
  });

  it("does not start with another key-encryption key, and says in one sentence why", async () => {
    const { config, database, fleeting } = identity;
    const stranger = { ...config, keyEncryptionKey: randomBytes(32) };
    const start = createIdentity(stranger, { database, fleeting }, log);
    await expect(start).rejects.toBeInstanceOf(StartRefused);
    await expect(start).rejects.toThrow(/^identity cannot start: HUIMIN_KEY_ENCRYPTION_KEY does not open[^.]*\.$/);
  });

  it("keeps citizens signed in when the key of its cookies changes", async () => {
    const { agent } = await signIn(identity, portal, aygul);
    const { cookieKey } = identity.config;
    Object.assign(identity.config, { cookieKey: randomBytes(32), furtherCookieKeys: [cookieKey] });
    await identity.restart();
    const { page } = await begin(identity, portal, { agent });
    expect(page.leavesTo?.searchParams.has("code")).toBe(true);
    Object.assign(identity.config, { cookieKey: randomBytes(32), furtherCookieKeys: [] });
    await identity.restart();
    expect(
      (await begin(identity, portal, { agent: (await signIn(identity, portal, aygul)).agent })).page.leavesTo,
    ).not.toBe(null);
    expect((await begin(identity, portal, { agent })).page.leavesTo).toBe(null);
  });
});

describe("keys that an earlier version left plain", () => {
  const lastPlainMigration = "0003-account-history-and-security-events.sql";
  let testDatabase: TestDatabase;
  let database: Database;
  let folder: string;

  beforeEach(async () => {
    testDatabase = await createTestDatabase();
    database = createDatabase({ url: testDatabase.url, schema: identitySchema, log });
    folder = await mkdtemp(join(tmpdir(), "huimin-migrations-"));
    for (const file of [
      "0001-register-accounts-artefacts.sql",
      "0002-clients-and-session-uids.sql",
      lastPlainMigration,
    ]) {
      await copyFile(new URL(file, identityMigrations), join(folder, file));
    }
    await migrate(database, identitySchema, pathToFileURL(`${folder}/`));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
    await database.close();
    await testDatabase.drop();
  });

  it("are sealed at the next start; what they signed verifies, and the next one takes over soon", async () => {
    const [older, newer] = [await generateSigningKey("ES256"), await generateSigningKey("ES256")];
    for (const [rank, { keyId, jwk }] of [older, newer].entries()) {
      await database.query("INSERT INTO signing_key (key_id, rank, jwk) VALUES ($1, $2, $3)", [
        keyId,
        rank,
        JSON.stringify(jwk),
      ]);
    }
    await migrate(database, identitySchema, identityMigrations);
    const stores: KeyStores = { database, sealers: [randomBytes(32)], schedule };
    const ring = await openKeyRing(stores, { trusted: 60 });
    expect(ring.keys().slice(0, 1)).toMatchObject([{ kid: newer.keyId }]);
    expect(ring.keys().map(({ kid }) => kid)).toEqual(expect.arrayContaining([older.keyId, newer.keyId]));
    const rows = JSON.stringify(await database.query("SELECT * FROM signing_key"));
    for (const { jwk } of [older, newer]) expect(rows).not.toContain(String(jwk.d));

    const ofNewer = () => listSigningKeys(database).then((keys) => keys.find(({ keyId }) => keyId === newer.keyId));
    await advanceSigningKeys(stores);
    expect((await ofNewer())?.state).toBe("signing");
    await advanceSigningKeys({ ...stores, schedule: { ...schedule, publishWait: 0 } });
    expect((await ofNewer())?.state).toBe("retiring");
  });
});
