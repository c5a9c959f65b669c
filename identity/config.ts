import {
  type ConfigOf,
  commonSettings,
  httpUrl,
  postgresUrl,
  redisUrl,
  secretBytes,
  setting,
  tcpPort,
} from "../platform/config.ts";

/** The settings of identity. */
export const identitySpec = {
  ...commonSettings,
  port: setting("HUIMIN_PORT", tcpPort, "Port to listen on."),
  issuer: setting("HUIMIN_ISSUER", httpUrl, "Issuer identifier: where browsers and clients reach this service."),
  gatewayUrl: setting("HUIMIN_GATEWAY_URL", httpUrl, "URL of the gateway; its graph is the audience of access tokens."),
  portalUrl: setting("HUIMIN_PORTAL_URL", httpUrl, "URL of the portal, the city's own client."),
  databaseUrl: setting(
    ["IDENTITY_DATABASE_URL", "DATABASE_URL"],
    postgresUrl,
    "PostgreSQL database that holds the schema identity.",
  ),
  redisUrl: setting("REDIS_URL", redisUrl, "Redis for what may be lost; without it that lives in the process."),
  pseudonymKey: setting("HUIMIN_PSEUDONYM_KEY", secretBytes(32), "Key of the sector pseudonyms."),
  cookieKey: setting("HUIMIN_COOKIE_KEY", secretBytes(32), "Key that signs identity's cookies."),
} as const;

export type IdentityConfig = ConfigOf<typeof identitySpec>;
