import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keepSecrets, makeSecrets } from "../launch/secrets.ts";
import { planServices } from "../launch/services.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "huimin-secrets-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("the city's secrets", () => {
  it("are made once, in a file for its owner alone", async () => {
    const file = join(folder, "secrets.json");
    const secrets = await keepSecrets(file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await keepSecrets(file)).toEqual(secrets);
    expect(await readdir(folder)).toEqual(["secrets.json"]);
  });

  it("stay as they are in a file of an earlier version, which gets what it lacks once", async () => {
    const file = join(folder, "secrets.json");
    const { utilitiesEventKey: _new, keyEncryptionKey: _newer, ...earlier } = makeSecrets();
    await writeFile(file, JSON.stringify(earlier), { mode: 0o600 });
    const completed = await keepSecrets(file);
    expect(completed).toMatchObject(earlier);
    expect(await keepSecrets(file)).toEqual(completed);
  });

  it("are others in every city, and no two of them alike", () => {
    const texts = (secrets: object): string[] =>
      Object.values(secrets).flatMap((value) =>
        // What a department and the gateway share is one secret.
        typeof value === "string" ? [value] : [...new Set(texts(value))],
      );
    const all = [...texts(makeSecrets()), ...texts(makeSecrets())];
    expect(new Set(all).size).toBe(all.length);
  });

  it("reach only the service that they belong to", () => {
    const secrets = makeSecrets();
    const { rolePasswords, databasePassword, ...keys } = secrets;
    const plans = planServices({
      basePort: 4_000,
      logLevel: "info",
      secrets,
      redisUrl: undefined,
      rateLimits: "citizen=1,client=1,address=1",
      databaseUrl: (service) => `postgresql://${service}:${rolePasswords[service]}@localhost/huimin`,
    });
    const holders = (secret: string) =>
      plans.filter(({ environment }) => Object.values(environment).some((v) => v.includes(secret))).map((p) => p.name);
    expect(holders(databasePassword)).toEqual([]);
    expect(holders(keys.pseudonymKey)).toEqual(["gateway", "identity"]);
    expect(holders(keys.identityCookieKey)).toEqual(["identity"]);
    expect(holders(keys.keyEncryptionKey)).toEqual(["identity"]);
    expect(holders(keys.portalCookieKey)).toEqual(["portal"]);
    expect(holders(keys.portalClientKey)).toEqual(["portal"]);
    expect(holders(keys.gatewaySigningKey)).toEqual(["gateway"]);
    expect(holders(keys.gatewayCacheKey)).toEqual(["gateway"]);
    expect(holders(keys.utilitiesEventKey)).toEqual(["utilities"]);
    for (const [service, password] of Object.entries(rolePasswords)) expect(holders(password)).toEqual([service]);
  });
});
