/** What each service is started with: its program, its port, and the settings that are its own. */
import { companySectors } from "../companies/sectors.ts";
import type { StoringService } from "../load/tables.ts";
import { contracts } from "./contracts.ts";
import { originOf, portOf, type ServiceName, serviceNames } from "./layout.ts";
import type { CitySecrets } from "./secrets.ts";

/** One service as the launcher starts it. */
export interface ServicePlan {
  readonly name: ServiceName;
  readonly main: URL;
  /** Where a person or a program finds it. */
  readonly url: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly nodeFlags: readonly string[];
}

export interface CityLayout {
  readonly basePort: number;
  readonly logLevel: string;
  readonly secrets: CitySecrets;
  readonly redisUrl: string | undefined;
  /** As the gateway's setting of that name. */
  readonly rateLimits: string;
  /** The database URL of each service that stores something. */
  readonly databaseUrl: (service: StoringService) => string;
}

const mains: Readonly<Record<ServiceName, URL>> = {
  portal: new URL("../../portal/main.ts", import.meta.url),
  gateway: new URL("../../gateway/main.ts", import.meta.url),
  identity: new URL("../../identity/main.ts", import.meta.url),
  health: new URL("../../subgraphs/health/main.ts", import.meta.url),
  pension: new URL("../../subgraphs/pension/main.ts", import.meta.url),
  employment: new URL("../../subgraphs/employment/main.ts", import.meta.url),
  utilities: new URL("../../subgraphs/utilities/main.ts", import.meta.url),
  water: new URL("../companies/water/main.ts", import.meta.url),
  power: new URL("../companies/power/main.ts", import.meta.url),
};

/** Paths at which a service is of use to a person. */
const paths: Partial<Record<ServiceName, string>> = { gateway: "/graphql" };

/**
 * Collects young objects more often and leaves the rest of the memory to others. The gateway, through
 * which every answer goes, keeps what Node chooses. Identity makes more garbage that has grown old than the others:
 * there it is collected when the heap has grown by two fifths, where V8 would let it grow to four times its size.
 */
const smallYoungGeneration = ["--max-semi-space-size=2"];
const heapFlags: Partial<Record<ServiceName, readonly string[]>> = {
  gateway: [],
  identity: ["--max-semi-space-size=4", "--heap-growing-percent=40"],
};

/** Every service of the city; no process gets a secret that is not its own. */
export function planServices(layout: CityLayout): ServicePlan[] {
  return serviceNames.map((name) => ({
    name,
    main: mains[name],
    url: originOf(layout.basePort, name) + (paths[name] ?? ""),
    nodeFlags: heapFlags[name] ?? smallYoungGeneration,
    environment: {
      LOG_LEVEL: layout.logLevel,
      HUIMIN_PORT: String(portOf(layout.basePort, name)),
      HUIMIN_GATEWAY_URL: originOf(layout.basePort, "gateway"),
      ...ownSettings(name, layout),
    },
  }));
}

function ownSettings(name: ServiceName, layout: CityLayout): Record<string, string> {
  const { basePort, secrets, databaseUrl } = layout;
  const issuer = originOf(basePort, "identity");
  const portalUrl = originOf(basePort, "portal");
  const redis: Record<string, string> = layout.redisUrl ? { REDIS_URL: layout.redisUrl } : {};
  switch (name) {
    case "portal":
      return {
        ...redis,
        HUIMIN_ISSUER: issuer,
        HUIMIN_PORTAL_URL: portalUrl,
        HUIMIN_COOKIE_KEY: secrets.portalCookieKey,
        HUIMIN_CLIENT_KEY: secrets.portalClientKey,
      };
    case "gateway":
      return {
        ...redis,
        HUIMIN_ISSUER: issuer,
        HUIMIN_RATE_LIMITS: layout.rateLimits,
        HUIMIN_SIGNING_KEY: secrets.gatewaySigningKey,
        HUIMIN_CACHE_KEY: secrets.gatewayCacheKey,
        HUIMIN_PSEUDONYM_KEY: secrets.pseudonymKey,
        HUIMIN_SUBGRAPHS: subgraphs(basePort),
        HUIMIN_SUBGRAPH_KEYS: Object.entries(secrets.callKeys)
          .map(([subgraph, { gateway }]) => `${subgraph}=${gateway}`)
          .join(","),
        HUIMIN_SECTORS: Object.entries(companySectors)
          .map((pair) => pair.join("="))
          .join(","),
        HUIMIN_CONTRACTS: JSON.stringify(contracts),
        HUIMIN_EVENT_KEYS: `utilities=${originOf(basePort, "utilities")}/.well-known/jwks.json`,
      };
    case "identity":
      return {
        ...redis,
        HUIMIN_ISSUER: issuer,
        HUIMIN_PORTAL_URL: portalUrl,
        HUIMIN_PSEUDONYM_KEY: secrets.pseudonymKey,
        HUIMIN_CALL_KEY: secrets.callKeys.citizen.own,
        HUIMIN_COOKIE_KEY: secrets.identityCookieKey,
        HUIMIN_KEY_ENCRYPTION_KEY: secrets.keyEncryptionKey,
        HUIMIN_SMS_SENDER: "print",
        IDENTITY_DATABASE_URL: databaseUrl("identity"),
      };
    case "utilities":
      return {
        UTILITIES_DATABASE_URL: databaseUrl(name),
        HUIMIN_CALL_KEY: secrets.callKeys.utilities.own,
        HUIMIN_EVENT_KEY: secrets.utilitiesEventKey,
      };
    default:
      return {
        [`${name.toUpperCase()}_DATABASE_URL`]: databaseUrl(name),
        HUIMIN_CALL_KEY: secrets.callKeys[name].own,
      };
  }
}

function subgraphs(basePort: number): string {
  const others = ["health", "pension", "employment", "utilities", "water", "power"] as const;
  const addresses = others.map((name) => `${name}=${originOf(basePort, name)}/graphql`);
  return [`citizen=${originOf(basePort, "identity")}/subgraph`, ...addresses].join(",");
}
