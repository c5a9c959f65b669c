import { z } from "zod";
import { headerName } from "../platform/client-certificate.ts";
import {
  type ConfigOf,
  commonSettings,
  httpUrl,
  postgresUrl,
  redisUrl,
  secretBytes,
  secretBytesList,
  setting,
  tcpPort,
} from "../platform/config.ts";
import { callKey } from "../trust/call-keys.ts";

const smsSender = z.union([z.literal("print"), httpUrl]).optional();

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
  smsSender: setting(
    "HUIMIN_SMS_SENDER",
    smsSender,
    "Where SMS go: `print` into the log, in development, or the URL of the city's SMS gateway; without it nothing is offered by SMS.",
  ),
  smsKey: setting("HUIMIN_SMS_KEY", secretBytes(32).optional(), "Key that signs requests to the SMS gateway."),
  callKey: setting(
    "HUIMIN_CALL_KEY",
    callKey,
    "Key of signed calls to the citizen subgraph: hmac-sha256: and the secret that the gateway has too, with +OTHER while it changes.",
  ),
  cookieKey: setting("HUIMIN_COOKIE_KEY", secretBytes(32), "Key that signs identity's cookies."),
  furtherCookieKeys: setting(
    "HUIMIN_FURTHER_COOKIE_KEYS",
    secretBytesList(32),
    "Further keys whose signatures on cookies count, separated by commas: the one before, or the one to come.",
  ),
  keyEncryptionKey: setting("HUIMIN_KEY_ENCRYPTION_KEY", secretBytes(32), "Key under which signing keys are stored."),
  furtherKeyEncryptionKeys: setting(
    "HUIMIN_FURTHER_KEY_ENCRYPTION_KEYS",
    secretBytesList(32),
    "Further keys that open stored signing keys, separated by commas: the one before, or the one to come.",
  ),
  clientCertHeader: setting(
    "HUIMIN_CLIENT_CERT_HEADER",
    headerName.optional(),
    "Header in which the proxy passes the certificate of a client (RFC 9440), and which it removes from what clients send; without it there is no mutual TLS.",
  ),
  keyRotationDays: setting(
    "HUIMIN_KEY_ROTATION_DAYS",
    z.coerce.number().int().min(1).max(365).default(30),
    "How many days a signing key signs before the next one takes over; 30 unless given.",
  ),
} as const;

export type IdentityConfig = ConfigOf<typeof identitySpec>;
