/** Identity as it runs, on a database of its own, with a portal that publishes its client key. */
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { type CryptoKey, exportJWK, generateKeyPair } from "jose";
import type { KeyValueStore } from "../../../platform/keyvalue.ts";
import { createLogger } from "../../../platform/log.ts";
import { createDatabase, type Database, migrate } from "../../../platform/postgres.ts";
import { openKeyValueStore } from "../../../platform/redis.ts";
import { freePort } from "../../../platform/test/ports.ts";
import { testRedisUrl } from "../../../platform/test/redis.ts";
import type { TestDatabase } from "../../../platform/test/server-database.ts";
import type { IdentityConfig } from "../../config.ts";
import type { KeyPace } from "../../keys/pace.ts";
import type { MakeProvider } from "../../provider/provider.ts";
import { createIdentity, identityMigrations, identitySchema } from "../../server.ts";
import { registerCitizens } from "./citizens.ts";

export interface SentMessage {
  readonly mobile: string;
  readonly text: string;
}

export interface TestIdentity {
  readonly config: IdentityConfig;
  readonly issuer: string;
  /** The audience of the graph's access tokens. */
  readonly graph: string;
  readonly database: Database;
  readonly fleeting: KeyValueStore;
  /** Every SMS sent so far. */
  readonly messages: readonly SentMessage[];
  /** Everything logged so far, at the most talkative level. */
  readonly logged: () => string;
  /** With it the portal proves itself. */
  readonly portalKey: CryptoKey;
  /** What the portal was told of sign-outs. */
  readonly portalLogouts: PortalLogouts;
  /** Stops the process's part and starts it again on the same stores. */
  restart(): Promise<void>;
  /** Restarts after a disaster: everything that may be lost is lost. */
  restartWithoutFleeting(): Promise<void>;
  close(): Promise<void>;
}

export interface PortalLogouts {
  /** The logout tokens that came, the latest last. */
  readonly tokens: string[];
  /** The statuses that the portal answers with, one after the other; 200 when there is none left. */
  readonly answers: number[];
}

export interface TestOptions {
  /** Of the signing keys. */
  readonly pace?: KeyPace;
  /** Keeps in the process what may be lost, though the test run has a Redis. */
  readonly inProcess?: boolean;
  /** Makes the library's provider otherwise. */
  readonly makeProvider?: MakeProvider;
  /** Puts a store of another behaviour in front of the one for what may be lost. */
  readonly fleeting?: (store: KeyValueStore) => KeyValueStore;
}

/**
 * @param given the database to run on; one of the test run's server unless given
 * @param options what shall be otherwise than in the city, or in this test run
 */
export async function startTestIdentity(given?: TestDatabase, options: TestOptions = {}): Promise<TestIdentity> {
  const lines: string[] = [];
  const log = createLogger("identity", "trace", sinkTo(lines));
  const testDatabase = given ?? (await databaseOfTestRun());
  const database = createDatabase({ url: testDatabase.url, schema: identitySchema, log });
  const redisUrl = options.inProcess ? undefined : testRedisUrl;
  const { fleeting: inFront = (store) => store } = options;
  const openFleeting = async () => inFront(await openKeyValueStore(redisUrl, `identity-test-${randomUUID()}`, log));
  let fleeting = await openFleeting();
  await migrate(database, identitySchema, identityMigrations);
  await registerCitizens(database);
  const portal = await startPortal();
  const config = await configOf(testDatabase.url, portal.url);
  const messages: SentMessage[] = [];
  const sender = { send: async (mobile: string, text: string) => void messages.push({ mobile, text }) };
  const start = async () => {
    const app = await createIdentity(config, { database, fleeting }, log, options.pace, sender, options.makeProvider);
    await app.listen({ port: config.port, host: config.host });
    return app;
  };
  let app = await start();
  return {
    config,
    issuer: config.issuer,
    graph: `${config.gatewayUrl}/graphql`,
    database,
    get fleeting() {
      return fleeting;
    },
    messages,
    logged: () => lines.join(""),
    portalKey: portal.key,
    portalLogouts: portal.logouts,
    restart: async () => {
      await app.close();
      app = await start();
    },
    restartWithoutFleeting: async () => {
      await app.close();
      await fleeting.close();
      fleeting = await openFleeting();
      app = await start();
    },
    close: async () => {
      await app.close();
      await fleeting.close();
      await database.close();
      await testDatabase.drop();
      portal.server.close();
    },
  };
}

/** Loaded when needed only: it belongs to the test runner, and not every caller runs under one. */
async function databaseOfTestRun(): Promise<TestDatabase> {
  const { createTestDatabase } = await import("../../../platform/test/database.ts");
  return await createTestDatabase();
}

async function configOf(databaseUrl: string, portalUrl: string): Promise<IdentityConfig> {
  const port = await freePort();
  return {
    logLevel: "trace",
    host: "localhost",
    port,
    issuer: `http://localhost:${port}`,
    gatewayUrl: `http://localhost:${await freePort()}`,
    portalUrl,
    databaseUrl,
    redisUrl: testRedisUrl,
    pseudonymKey: randomBytes(32),
    callKey: { algorithm: "hmac-sha256", bytes: randomBytes(32) },
    cookieKey: randomBytes(32),
    furtherCookieKeys: [],
    keyEncryptionKey: randomBytes(32),
    furtherKeyEncryptionKeys: [],
    keyRotationDays: 30,
    smsSender: undefined,
    smsKey: undefined,
    clientCertHeader: undefined,
  };
}

/** The same as the environment of identity's process, and of its commands. */
export function environmentOf(config: IdentityConfig): Readonly<Record<string, string>> {
  const secret = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");
  return {
    HUIMIN_PORT: String(config.port),
    HUIMIN_ISSUER: config.issuer,
    HUIMIN_GATEWAY_URL: config.gatewayUrl,
    HUIMIN_PORTAL_URL: config.portalUrl,
    IDENTITY_DATABASE_URL: config.databaseUrl,
    HUIMIN_PSEUDONYM_KEY: secret(config.pseudonymKey),
    HUIMIN_CALL_KEY: `${config.callKey.algorithm}:${secret(config.callKey.bytes)}`,
    HUIMIN_COOKIE_KEY: secret(config.cookieKey),
    HUIMIN_KEY_ENCRYPTION_KEY: secret(config.keyEncryptionKey),
  };
}

function sinkTo(lines: string[]): Writable {
  return new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
}

interface TestPortal {
  readonly url: string;
  readonly key: CryptoKey;
  readonly logouts: PortalLogouts;
  readonly server: Server;
}

/** What identity needs of a portal: its key set, and an ear for sign-outs. Any other address answers with a plain page. */
async function startPortal(): Promise<TestPortal> {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const keys = [{ ...(await exportJWK(publicKey)), kid: "portal", alg: "ES256", use: "sig" }];
  const port = await freePort();
  const logouts: PortalLogouts = { tokens: [], answers: [] };
  const server = createServer(async (request, response) => {
    if (request.url === "/.well-known/jwks.json") {
      response.setHeader("content-type", "application/jwk-set+json").end(JSON.stringify({ keys }));
    } else if (request.url === "/back-channel-logout") {
      const form = new URLSearchParams(await text(request));
      logouts.tokens.push(form.get("logout_token") ?? "");
      response.writeHead(logouts.answers.shift() ?? 200).end();
    } else response.setHeader("content-type", "text/html").end("<!doctype html><title>portal</title><h1>portal</h1>");
  }).listen(port, "localhost");
  await once(server, "listening");
  return { url: `http://localhost:${port}`, key: privateKey, logouts, server };
}
