import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  ConfigError,
  commonSettings,
  httpUrl,
  loadConfig,
  postgresUrl,
  secretBytes,
  setting,
  tcpPort,
} from "../config.ts";

const spec = {
  ...commonSettings,
  port: setting("HUIMIN_PORT", tcpPort, "Port to listen on."),
  issuer: setting("HUIMIN_ISSUER", httpUrl, "Issuer."),
  database: setting(["HEALTH_DATABASE_URL", "DATABASE_URL"], postgresUrl, "Database."),
  key: setting("HUIMIN_KEY", secretBytes(32), "A key."),
  note: setting("HUIMIN_NOTE", z.string().optional(), "Optional."),
};

const good = {
  HUIMIN_PORT: "4001",
  HUIMIN_ISSUER: "http://localhost:4002/",
  DATABASE_URL: "postgresql://localhost/huimin",
  HUIMIN_KEY: Buffer.alloc(32, 7).toString("base64url"),
  PATH: "/bin",
};

function faultsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadConfig("health", spec, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe("the configuration of a service", () => {
  it("reads typed values and leaves defaults and optional settings alone", () => {
    const config = loadConfig("health", spec, good);
    expect(config.port).toBe(4001);
    expect(config.issuer).toBe("http://localhost:4002");
    expect(config.key).toHaveLength(32);
    expect(config.logLevel).toBe("info");
    expect(config.note).toBeUndefined();
  });

  it("prefers the service's own variable over the shared one", () => {
    const config = loadConfig("health", spec, { ...good, HEALTH_DATABASE_URL: "postgresql://health/own" });
    expect(config.database).toBe("postgresql://health/own");
  });

  it("names every fault at once", () => {
    const faults = faultsOf({ HUIMIN_PORT: "70000", HUIMIN_ISSUER: "ftp://x", LOG_LEVEL: "loud" });
    expect(faults).toHaveLength(5);
    expect(faults.join("\n")).toMatch(/HUIMIN_PORT.*\n|HUIMIN_ISSUER/);
    expect(faults).toContain("HEALTH_DATABASE_URL or DATABASE_URL is missing");
    expect(faults).toContain("HUIMIN_KEY is missing");
  });

  it("treats an empty variable as one that is not set", () => {
    expect(faultsOf({ ...good, HUIMIN_PORT: "" })).toEqual(["HUIMIN_PORT is missing"]);
  });

  it("refuses a misspelt setting of its own family", () => {
    expect(faultsOf({ ...good, HUIMIN_ISUER: "x" })).toEqual(["HUIMIN_ISUER is not a setting of health"]);
  });

  it("never repeats a value, which may be a secret", () => {
    const faults = faultsOf({ ...good, HUIMIN_KEY: "tell-nobody", DATABASE_URL: "postgres//user:hunter2@x" });
    expect(faults).toHaveLength(2);
    expect(faults.join()).not.toMatch(/tell-nobody|hunter2/);
  });
});
