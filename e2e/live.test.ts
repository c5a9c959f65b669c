/** A bill on its way: from the department's transaction over the gateway's replicas to the citizen's device. */
import { generateKeyPairSync, randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient } from "graphql-sse";
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { gatewaySpec } from "../gateway/config.ts";
import { createGateway } from "../gateway/server.ts";
import { es256PrivateJwk, loadConfig } from "../platform/config.ts";
import type { RunningService } from "../platform/lifecycle.ts";
import { createLogger } from "../platform/log.ts";
import { createDatabase, type Database } from "../platform/postgres.ts";
import { createTestDatabase, type TestDatabase } from "../platform/test/database.ts";
import { freePort } from "../platform/test/ports.ts";
import { testRedisUrl } from "../platform/test/redis.ts";
import { issueBill, startUtilities } from "../subgraphs/utilities/server.ts";
import { callKey } from "../trust/call-keys.ts";

const log = createLogger("test", "silent");
/** Replicas share what they know by Redis alone; without one there is a single gateway. */
const replicas = testRedisUrl ? 2 : 1;
const citizenId = () => `hm1_${randomBytes(32).toString("base64url")}`;
const [mother, neighbour] = [citizenId(), citizenId()];
const home = randomUUID();
const signingKey = newKey();
const sharedKey = `hmac-sha256:${randomBytes(32).toString("base64url")}`;

let issuer: Server;
let issuerUrl: string;
let issuerKey: CryptoKey;
let gateways: RunningService[];
let gatewayUrl: string;
let server: TestDatabase;
let database: Database;
let department: RunningService;

beforeAll(async () => {
  await startIssuer();
  const [gatewayPort, departmentPort] = [await freePort(), await freePort()];
  gatewayUrl = `http://localhost:${gatewayPort}`;
  server = await createTestDatabase();
  const common = { logLevel: "silent", host: "localhost" } as const;
  department = await startUtilities(
    {
      ...common,
      port: departmentPort,
      gatewayUrl,
      databaseUrl: server.url,
      redisUrl: testRedisUrl,
      eventKey: es256PrivateJwk.parse(newKey()),
      callKey: callKey.parse(sharedKey),
    },
    log,
  );
  database = createDatabase({ url: server.url, schema: "utilities", log });
  await database.query("INSERT INTO premises VALUES ($1, 'Old Town', '1 Well Street', '830000')", [home]);
  await database.query("INSERT INTO resident VALUES ($1, $2)", [mother, home]);
  const ports = [gatewayPort, ...(replicas > 1 ? [await freePort()] : [])];
  gateways = await Promise.all(ports.map((port) => startGateway(port, departmentPort)));
});

afterAll(async () => {
  await department.close();
  await Promise.all(gateways.map((gateway) => gateway.close()));
  await database.close();
  await server.drop();
  issuer.close();
});

function newKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return JSON.stringify({ ...privateKey.export({ format: "jwk" }), kid: randomUUID() });
}

async function startIssuer(): Promise<void> {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  issuerKey = privateKey;
  const keySet = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "1", alg: "ES256" }] });
  issuer = createServer((request, response) => {
    if (request.url === "/events/stream") tellOfNoRevocation(response);
    else response.end(keySet);
  });
  await once(issuer.listen(0, "localhost"), "listening");
  issuerUrl = `http://localhost:${(issuer.address() as AddressInfo).port}`;
}

/** Identity's stream of revocations, of which there is none; the heart beats often. */
function tellOfNoRevocation(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write("event: current\ndata: \n\n");
  const heart = setInterval(() => response.write("event: heartbeat\ndata: \n\n"), 200);
  response.once("close", () => clearInterval(heart));
}

async function startGateway(port: number, departmentPort: number): Promise<RunningService> {
  const others = ["citizen", "health", "pension", "employment", "water", "power"];
  const elsewhere = others.map((name) => `${name}=http://localhost:9/graphql`);
  const environment = {
    HUIMIN_PORT: String(port),
    HUIMIN_ISSUER: issuerUrl,
    HUIMIN_GATEWAY_URL: gatewayUrl,
    HUIMIN_SIGNING_KEY: signingKey,
    HUIMIN_SUBGRAPHS: [...elsewhere, `utilities=http://localhost:${departmentPort}/graphql`].join(","),
    HUIMIN_SUBGRAPH_KEYS: [...others.map((name) => `${name}=none`), `utilities=${sharedKey}`].join(","),
    HUIMIN_EVENT_KEYS: `utilities=http://localhost:${departmentPort}/.well-known/jwks.json`,
    ...(testRedisUrl && { REDIS_URL: testRedisUrl }),
  };
  const gateway = await createGateway(loadConfig("gateway", gatewaySpec, environment), log);
  await vi.waitFor(async () => expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(200), 10_000);
  return gateway;
}

async function accessToken(subject: string): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return await new SignJWT({ client_id: "cli", sector: "government", scope: "openid utilities:read" })
    .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: "1" })
    .setIssuer(issuerUrl)
    .setAudience(`${gatewayUrl}/graphql`)
    .setSubject(subject)
    .setIssuedAt(now)
    .setExpirationTime(now + 300)
    .setJti(randomUUID())
    .sign(issuerKey);
}

/** Subscribes at one gateway; resolves to what is heard once the subscription stands. */
async function hear(gateway: RunningService, citizen: string): Promise<{ answers: unknown[]; leave(): void }> {
  const headers = { authorization: `Bearer ${await accessToken(citizen)}` };
  const client = createClient({ url: `${gateway.url}/graphql`, headers, retryAttempts: 0 });
  const answers: unknown[] = [];
  const connected = Promise.withResolvers<void>();
  const query = "subscription { billIssued { id service month amount { amount currency } status } }";
  const leave = client.subscribe(
    { query },
    { next: (answer) => answers.push(answer), error: () => {}, complete: () => answers.push("complete") },
    { connected: () => connected.resolve() },
  );
  await connected.promise;
  return { answers, leave };
}

const bill = {
  premisesId: home,
  service: "WATER",
  month: "2026-11",
  consumption: 12.5,
  amount: 4_200,
  dueOn: "2999-12-31",
} as const;

describe("a bill that is issued", () => {
  it("reaches the household at every gateway, and nobody else", async () => {
    const hers = await Promise.all(gateways.map((gateway) => hear(gateway, mother)));
    const others = await Promise.all(gateways.map((gateway) => hear(gateway, neighbour)));
    const rolledBack = database.transaction(async (tx) => {
      await issueBill(tx, { ...bill, month: "2026-10" });
      throw new Error("the billing run stops");
    });
    await expect(rolledBack).rejects.toThrow("stops");
    const id = await database.transaction((tx) => issueBill(tx, bill));
    const { service, month } = bill;
    const issued = { id, service, month, amount: { amount: 4_200, currency: "CNY" }, status: "OPEN" };
    for (const { answers } of hers) {
      await expect.poll(() => answers, { timeout: 10_000 }).toEqual([{ data: { billIssued: issued } }]);
    }
    expect(others.map(({ answers }) => answers)).toEqual(others.map(() => []));
    await expect.poll(() => database.query("SELECT id FROM outbox"), { timeout: 10_000 }).toEqual([]);
    for (const { leave } of [...hers, ...others]) leave();
  });

  it("waits while no gateway answers, and is told when one is back", async () => {
    const [first] = gateways;
    await first?.close();
    await database.transaction((tx) => issueBill(tx, { ...bill, service: "GAS" }));
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await database.query("SELECT id FROM outbox")).toHaveLength(1);
    const { port: departmentPort } = new URL(department.url);
    gateways[0] = await startGateway(Number(new URL(gatewayUrl).port), Number(departmentPort));
    const { answers, leave } = await hear(gateways[0], mother);
    await expect.poll(() => answers, { timeout: 10_000 }).toHaveLength(1);
    expect(answers).toMatchObject([{ data: { billIssued: { service: "GAS" } } }]);
    leave();
  });
});
