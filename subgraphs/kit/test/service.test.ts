import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigError, loadConfig } from "../../../platform/config.ts";
import { createLogger } from "../../../platform/log.ts";
import { createTestDatabase } from "../../../platform/test/database.ts";
import { freePort } from "../../../platform/test/ports.ts";
import { startSubgraph, subgraphSpec } from "../service.ts";
import { testCallKey, testCallKeyText } from "./gateway.ts";

const log = createLogger("empty", "silent");
const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { nothing: Boolean }`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "huimin-service-"));
});

afterAll(() => rm(folder, { recursive: true }));

/** A subgraph without tables, on this database. */
function start(databaseUrl: string, port = 0) {
  const migrations = pathToFileURL(`${folder}/`);
  const config = {
    logLevel: "silent",
    host: "localhost",
    port,
    gatewayUrl: "http://localhost:1",
    databaseUrl,
    redisUrl: undefined,
    callKey: testCallKey,
  } as const;
  return startSubgraph({ name: "empty", sdl, migrations, loaders: () => null, resolvers: {} }, config, log);
}

describe("a department as a process", () => {
  it("is ready while its database answers, and says so when it does not", async () => {
    const { url: databaseUrl, drop } = await createTestDatabase();
    const service = await start(databaseUrl);
    const ready = async () => {
      const response = await fetch(`${service.url}/health/ready`);
      return [response.status, await response.json()];
    };
    try {
      expect(await ready()).toEqual([200, { status: "ready" }]);
      await drop();
      expect(await ready()).toEqual([503, { status: "not ready", failed: ["database"] }]);
    } finally {
      await service.close();
    }
  });

  it("does not start without its database, and leaves nothing open behind", async () => {
    const port = await freePort();
    const nowhere = `postgresql://postgres@localhost:${await freePort()}/none`;
    await expect(start(nowhere, port)).rejects.toThrow("ECONNREFUSED");
    await expect(fetch(`http://localhost:${port}/health/live`)).rejects.toThrow("fetch failed");
  });

  it("does not start on a taken port", async () => {
    const { url: databaseUrl, drop } = await createTestDatabase();
    const first = await start(databaseUrl);
    try {
      await expect(start(databaseUrl, Number(new URL(first.url).port))).rejects.toMatchObject({ code: "EADDRINUSE" });
    } finally {
      await first.close();
      await drop();
    }
  });

  it("takes its own database before the shared one, and names every setting that is missing", () => {
    const spec = subgraphSpec("library");
    const env = {
      HUIMIN_PORT: "4020",
      HUIMIN_GATEWAY_URL: "http://localhost:4001/",
      HUIMIN_CALL_KEY: testCallKeyText,
      DATABASE_URL: "postgresql://shared/city",
      LIBRARY_DATABASE_URL: "postgresql://own/library",
    };
    const { port, gatewayUrl, databaseUrl } = loadConfig("library", spec, env);
    expect([port, gatewayUrl, databaseUrl]).toEqual([4020, "http://localhost:4001", "postgresql://own/library"]);
    expect(() => loadConfig("library", spec, {})).toThrow(
      new ConfigError("library", [
        "HUIMIN_PORT is missing",
        "HUIMIN_GATEWAY_URL is missing",
        "HUIMIN_CALL_KEY is missing",
        "LIBRARY_DATABASE_URL or DATABASE_URL is missing",
      ]),
    );
  });
});
