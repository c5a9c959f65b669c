import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "../../platform/log.ts";
import { createDatabase, type Database, migrate } from "../../platform/postgres.ts";
import { createTestDatabase, type TestDatabase } from "../../platform/test/database.ts";
import { createProviderPages } from "../provider/pages.ts";
import { openProvider } from "../provider/provider.ts";
import { createSubjects } from "../provider/subjects.ts";
import { addSigningKey, promoteSigningKey } from "../server.ts";
import { identityMigrations, identitySchema } from "../store/migrations.ts";
import { ensureSigningKeys } from "../store/signing-keys.ts";
import { aygul } from "./support/citizens.ts";
import { begin, portalClient, redeem, signIn, type TestClient } from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";

const log = createLogger("test", "error");

describe("the first key", () => {
  let testDatabase: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    database = createDatabase({ url: testDatabase.url, schema: identitySchema, log });
    await migrate(database, identitySchema, identityMigrations);
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.drop();
  });

  it("is one, though ten replicas start together", async () => {
    // Connections that are open already, lest the first replica be done before the others have begun.
    await Promise.all(Array.from({ length: 10 }, () => database.query("SELECT pg_sleep(0.1)")));
    const sets = await Promise.all(Array.from({ length: 10 }, () => ensureSigningKeys(database)));
    const ids = new Set(sets.flatMap((keys) => keys.map(({ kid }) => kid)));
    expect(ids.size).toBe(1);
  });

  it("cannot be promoted when it does not exist", async () => {
    await expect(promoteSigningKey(database, "nobody's")).rejects.toThrow("there is no signing key");
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

  const keyIds = async () => {
    const { keys } = (await (await fetch(`${identity.issuer}/jwks`)).json()) as { keys: { kid: string }[] };
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

  it("takes up a new key without a restart: published first, signing once promoted, the old one still good", async () => {
    const { config, database, fleeting } = identity;
    const subjectOf = createSubjects(config.pseudonymKey);
    const stores = { database, fleeting };
    const parts = { config, stores, subjectOf, pages: createProviderPages(config, subjectOf) };
    const replica = await openProvider(parts, log);
    const first = replica.current();
    await replica.reloadKeys();
    expect(replica.current()).toBe(first);

    const { access_token: oldToken } = await redeem(portal, await signIn(identity, portal, aygul));
    const added = await addSigningKey(database);
    await replica.reloadKeys();
    expect(replica.current()).not.toBe(first);
    await identity.restart();
    expect(await keyIds()).toHaveLength(2);
    const stillOld = await redeem(portal, await signIn(identity, portal, aygul));
    expect(decodeProtectedHeader(stillOld.access_token).kid).not.toBe(added);

    await promoteSigningKey(database, added);
    await identity.restart();
    const { access_token: newToken } = await redeem(
      await portalClient(identity),
      await signIn(identity, portal, aygul),
    );
    expect(decodeProtectedHeader(newToken).kid).toBe(added);
    const keys = createRemoteJWKSet(new URL(`${identity.issuer}/jwks`));
    for (const token of [oldToken, newToken]) {
      await expect(jwtVerify(token, keys, { audience: identity.graph })).resolves.toBeDefined();
    }
  });
});
