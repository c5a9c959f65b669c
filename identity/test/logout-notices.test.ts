import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../../platform/log.ts";
import { createDatabase, type Database, migrate } from "../../platform/postgres.ts";
import { createTestDatabase, type TestDatabase } from "../../platform/test/database.ts";
import type { Delivery } from "../events/deliveries.ts";
import { deliverLogoutNotices, giveUpLogoutNotices, type LogoutNotice } from "../events/logout-notices.ts";
import { identityMigrations, identitySchema } from "../server.ts";

const log = createLogger("test", "silent");
const until = { timeout: 15_000, interval: 20 };
let testDatabase: TestDatabase;
let database: Database;
const closing: (() => unknown)[] = [];

beforeEach(async () => {
  testDatabase = await createTestDatabase();
  database = createDatabase({ url: testDatabase.url, schema: identitySchema, log });
  await migrate(database, identitySchema, identityMigrations);
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  await database.close();
  await testDatabase.drop();
});

/** A client that listens somewhere, and answers as it is told. */
async function startClient(answer: (heard: number) => number | "never") {
  const heard: string[] = [];
  const server: Server = createServer((request, response) => {
    heard.push(String(request.url));
    const status = answer(heard.length);
    if (status !== "never") response.writeHead(status).end();
  }).listen(0, "localhost");
  await once(server, "listening");
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://localhost:${(server.address() as AddressInfo).port}`, heard };
}

type Addresses = Readonly<Record<string, string>>;

/** A replica of identity that delivers by HTTP. */
function startReplica(addresses: Addresses): void {
  const deliver = async ({ clientId, sid }: LogoutNotice): Promise<Delivery> => {
    try {
      const signal = AbortSignal.timeout(2_500);
      const { status } = await fetch(`${addresses[clientId]}/${sid}`, { method: "POST", signal });
      return status === 200 ? "told" : status === 400 ? "refused" : "failed";
    } catch {
      return "failed";
    }
  };
  closing.push(deliverLogoutNotices({ database, deliver, log }));
}

async function end(clientId: string, sids: readonly string[]): Promise<void> {
  for (const sid of sids) {
    await database.query("INSERT INTO logout_notice (client_id, account_id, sid) VALUES ($1, gen_random_uuid(), $2)", [
      clientId,
      sid,
    ]);
  }
}

const numbered = (count: number) => Array.from({ length: count }, (_, i) => `s${i}`);
const waiting = async () =>
  (await database.query<{ client_id: string }>("SELECT client_id FROM logout_notice")).map((row) => row.client_id);

describe("notices of sign-outs", () => {
  it("reach a client that is well while others are slow, dead, or fail", async () => {
    const well = await startClient(() => 200);
    const slow = await startClient(() => "never");
    const failing = await startClient(() => 500);
    await end("slow", numbered(30));
    await end("dead", numbered(30));
    await end("failing", numbered(30));
    await end("well", numbered(30));
    startReplica({ well: well.url, slow: slow.url, failing: failing.url, dead: "http://localhost:1" });
    await expect.poll(() => well.heard.length, until).toBe(30);
    await expect.poll(waiting, until).not.toContain("well");
    expect(new Set(await waiting())).toEqual(new Set(["slow", "dead", "failing"]));
  });

  it("are tried again, with a longer pause each time", async () => {
    const client = await startClient((heard) => (heard < 3 ? 500 : 200));
    await end("client", ["s"]);
    startReplica({ client: client.url });
    // Counted from before the try, so that a slow machine only makes them longer.
    let dueAt = "(SELECT ended_at FROM logout_notice)";
    for (const [tries, shortestPause] of [
      [1, 1.5],
      [2, 3],
    ] as const) {
      await expect.poll(() => client.heard.length, until).toBe(tries);
      const [row] = await database.query<{ pause: number; now: string }>(
        `SELECT extract(epoch FROM due_at - ${dueAt})::float8 AS pause, now()::text AS now FROM logout_notice`,
      );
      expect(row?.pause).toBeGreaterThanOrEqual(shortestPause);
      dueAt = `timestamptz '${row?.now}'`;
      await database.query("UPDATE logout_notice SET due_at = now()");
    }
    await expect.poll(() => client.heard.length, until).toBe(3);
    await expect.poll(waiting, until).toEqual([]);
  });

  it("are shared by replicas: each client hears of each session once", async () => {
    const client = await startClient(() => 200);
    await end("client", numbered(40));
    for (let replica = 0; replica < 3; replica += 1) startReplica({ client: client.url });
    await expect.poll(waiting, until).toEqual([]);
    expect(client.heard.toSorted()).toEqual(
      numbered(40)
        .map((sid) => `/${sid}`)
        .toSorted(),
    );
  });

  it("are given up after a day", async () => {
    await end("gone", ["s1", "s2"]);
    await end("late", ["s3"]);
    await database.query("UPDATE logout_notice SET ended_at = now() - interval '25 hours' WHERE client_id = 'gone'");
    await giveUpLogoutNotices(database, log);
    expect(await waiting()).toEqual(["late"]);
  });
});
