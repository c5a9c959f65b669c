import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { contracts } from "../city/launch/contracts.ts";
import { loadSpec } from "../city/load.ts";
import { composeSecrets } from "../city/secrets.ts";
import { gatewaySpec } from "../gateway/config.ts";
import { identitySpec } from "../identity/config.ts";
import manifest from "../package.json" with { type: "json" };
import { type ConfigSpec, loadConfig } from "../platform/config.ts";
import { portalSpec } from "../portal/config.ts";
import { employmentSpec } from "../subgraphs/employment/config.ts";
import { healthSpec } from "../subgraphs/health/config.ts";
import { subgraphSpec } from "../subgraphs/kit/service.ts";
import { pensionSpec } from "../subgraphs/pension/config.ts";
import { utilitiesSpec } from "../subgraphs/utilities/config.ts";

const root = new URL("../", import.meta.url);
/** Compose takes a list of names for short, and nothing for the default network. */
const networkMap = (networks: unknown = ["default"]) =>
  Array.isArray(networks) ? Object.fromEntries(networks.map((name) => [name, {}])) : networks;
const composeSchema = z.object({
  services: z.record(
    z.string(),
    z.object({
      image: z.string(),
      command: z.array(z.string()).optional(),
      environment: z.record(z.string(), z.string()).optional(),
      ports: z.array(z.string()).optional(),
      networks: z.preprocess(networkMap, z.record(z.string(), z.object({ aliases: z.array(z.string()).optional() }))),
      depends_on: z.union([z.array(z.string()), z.record(z.string(), z.unknown())]).optional(),
    }),
  ),
});
const text = readFileSync(new URL("docker-compose.yml", root), "utf8");
const { services } = composeSchema.parse(parse(text, { merge: true }));
const secrets = composeSecrets();
const specs: Record<string, ConfigSpec> = {
  city: loadSpec,
  identity: identitySpec,
  gateway: gatewaySpec,
  health: healthSpec,
  pension: pensionSpec,
  employment: employmentSpec,
  utilities: utilitiesSpec,
  water: subgraphSpec("water"),
  power: subgraphSpec("power"),
  portal: portalSpec,
};

/** The service's environment as Compose would fill it in. */
function environmentOf(name: string): Record<string, string> {
  const filled = Object.entries(services[name]?.environment ?? {}).map(([variable, value]) => [
    variable,
    value.replace(/\$\{(\w+)(:\?[^}]*)?\}/g, (_all, secret: string) => {
      const found = secrets[secret];
      if (found === undefined) throw new Error(`npm run secrets makes no ${secret}`);
      return found;
    }),
  ]);
  return Object.fromEntries(filled) as Record<string, string>;
}

describe("docker-compose.yml", () => {
  it("gives the gateway the same options of V8 as npm start", () => {
    const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(manifest);
    const v8Options = (words: readonly string[]) => words.filter((word) => word.startsWith("--max-"));
    expect(v8Options(services.gateway?.command ?? [])).toEqual(v8Options(scripts.start?.split(" ") ?? []));
    expect(v8Options(services.gateway?.command ?? [])).toHaveLength(1);
  });

  it("runs every service of the city on our image, and PostgreSQL and Redis beside them", () => {
    const ours = Object.entries(services).filter(([, { image }]) => image === "huimin");
    expect(ours.map(([name]) => name).sort()).toEqual(Object.keys(specs).sort());
    expect(services.postgres?.image).toMatch(/^postgres:/);
    expect(services.redis?.image).toMatch(/^redis:/);
  });

  it.each(Object.keys(specs))("gives %s settings that its own code accepts, and no others", (name) => {
    const environment = environmentOf(name);
    loadConfig(name, specs[name] ?? {}, environment);
    const known = Object.values(specs[name] ?? {}).flatMap(({ env }) => env);
    expect(known).toEqual(expect.arrayContaining(Object.keys(environment)));
  });

  it("shows each audience the part of the graph that npm start shows it", () => {
    expect(JSON.parse(environmentOf("gateway").HUIMIN_CONTRACTS ?? "")).toEqual(contracts);
  });

  it("never drives out of Redis what was used once", () => {
    expect(services.redis?.command?.slice(-2)).toEqual(["--maxmemory-policy", "noeviction"]);
  });

  it("starts programs that exist", () => {
    for (const name of Object.keys(specs)) {
      const [program, ...words] = services[name]?.command ?? [];
      const file = words.find((word) => !word.startsWith("--")) ?? "";
      expect(program).toBe("node");
      expect(existsSync(new URL(file, root)), `${name}: ${file}`).toBe(true);
    }
  });

  it("leads every address in a setting to the service that listens there", () => {
    for (const name of Object.keys(specs)) {
      for (const value of Object.values(environmentOf(name))) {
        for (const [, host = "", port] of value.matchAll(/(?:http|redis|postgresql):\/\/(?:[^/@]*@)?([^:/]+):(\d+)/g)) {
          const target = Object.entries(services).find(
            ([service, { networks }]) => service === host || networks.default?.aliases?.includes(host),
          );
          expect(target, `${name} speaks to ${host}`).toBeDefined();
          const listens =
            target?.[1].environment?.HUIMIN_PORT ?? { postgres: "5432", redis: "6379", "gateway-redis": "6379" }[host];
          expect(port, `${name} speaks to ${host}`).toBe(listens);
        }
      }
    }
  });

  it("lets nobody but the owner of a secret have it", () => {
    const holders = (variable: string) => Object.keys(specs).filter((name) => variable in environmentOf(name));
    expect(holders("HUIMIN_PSEUDONYM_KEY")).toEqual(["city", "identity", "gateway"]);
    expect(holders("HUIMIN_KEY_ENCRYPTION_KEY")).toEqual(["identity"]);
    expect(holders("HUIMIN_SIGNING_KEY")).toEqual(["gateway"]);
    expect(holders("HUIMIN_CACHE_KEY")).toEqual(["gateway"]);
    expect(holders("HUIMIN_CLIENT_KEY")).toEqual(["portal"]);
  });

  it("keeps what signs people in out of the departments' reach, and every port on this machine", () => {
    const neighbours = Object.keys(services).filter((name) =>
      Object.keys(services[name]?.networks ?? {}).some((network) => services.redis?.networks[network]),
    );
    expect(neighbours.sort()).toEqual(["identity", "portal", "redis"]);
    for (const port of Object.values(services).flatMap(({ ports = [] }) => ports)) {
      expect(port).toMatch(/^127\.0\.0\.1:/);
    }
  });
});
