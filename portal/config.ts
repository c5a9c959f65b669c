import {
  type ConfigOf,
  commonSettings,
  es256PrivateJwk,
  httpUrl,
  redisUrl,
  secretBytes,
  setting,
  tcpPort,
} from "../platform/config.ts";

/** The settings of the portal. */
export const portalSpec = {
  ...commonSettings,
  port: setting("HUIMIN_PORT", tcpPort, "Port that the portal listens on."),
  portalUrl: setting("HUIMIN_PORTAL_URL", httpUrl, "Where citizens find the portal."),
  issuer: setting("HUIMIN_ISSUER", httpUrl, "Issuer at which citizens sign in."),
  gatewayUrl: setting("HUIMIN_GATEWAY_URL", httpUrl, "Where the graph answers; its audience is this and /graphql."),
  redisUrl: setting("REDIS_URL", redisUrl, "Redis that holds the sessions; without it they live in the process."),
  cookieKey: setting("HUIMIN_COOKIE_KEY", secretBytes(32), "Key under which sessions are encrypted."),
  clientKey: setting("HUIMIN_CLIENT_KEY", es256PrivateJwk, "Key with which the portal proves itself to identity."),
} as const;

export type PortalConfig = ConfigOf<typeof portalSpec>;
