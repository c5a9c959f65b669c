/** The settings of the gateway. */
import { z } from "zod";
import { headerName } from "../platform/client-certificate.ts";
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
import { type CallKey, readCallKey } from "../trust/call-keys.ts";
import type { RateLimits } from "./admission/rate-limit.ts";
import { safelistModes } from "./http/safelist.ts";
import { overridesJson } from "./operation/override-config.ts";
import { contractsJson } from "./supergraph/contract-config.ts";

/** More processes than any machine has cores that would help. */
const maxWorkers = 128;

const addressPattern = /^(?<name>[a-z][a-z0-9-]*)=(?<url>\S+)$/;

/** Reads `name=url,name=url`; a name may come once, and each URL must be as `address` has it. */
const namedAddresses = (address: z.ZodType<string>) =>
  z.string().transform((text, context): ReadonlyMap<string, URL> => {
    const addresses = new Map<string, URL>();
    for (const entry of text.split(",")) {
      const { name, url } = addressPattern.exec(entry.trim())?.groups ?? {};
      const read = address.safeParse(url);
      if (name === undefined || !read.success || addresses.has(name)) {
        context.addIssue("must be name=url pairs with commas between them, each name once");
        return z.NEVER;
      }
      addresses.set(name, new URL(read.data));
    }
    return addresses;
  });

const sectorEntry = /^(?<subgraph>[a-z][a-z0-9-]*)=(?<sector>[a-z][a-z0-9-]{0,60})$/;

/** Reads `subgraph=sector,subgraph=sector`; a subgraph may come once. */
const sectorsBySubgraph = z.string().transform((text, context): ReadonlyMap<string, string> => {
  const sectors = new Map<string, string>();
  for (const entry of text.split(",")) {
    const { subgraph, sector } = sectorEntry.exec(entry.trim())?.groups ?? {};
    if (subgraph === undefined || sector === undefined || sectors.has(subgraph)) {
      context.addIssue("must be subgraph=sector pairs with commas between them, each subgraph once");
      return z.NEVER;
    }
    sectors.set(subgraph, sector);
  }
  return sectors;
});

const keyEntry = /^(?<name>[a-z][a-z0-9-]*)=(?<key>\S+)$/;

/** Reads `name=key,name=none`; null stands for no key. */
const keysBySubgraph = z.string().transform((text, context): ReadonlyMap<string, CallKey | null> => {
  const keys = new Map<string, CallKey | null>();
  for (const entry of text.split(",")) {
    const { name, key = "" } = keyEntry.exec(entry.trim())?.groups ?? {};
    const read = key === "none" ? null : readCallKey(key);
    if (name === undefined || read === undefined || keys.has(name)) {
      context.addIssue("must be name=algorithm:key pairs with commas between them, or name=none, each name once");
      return z.NEVER;
    }
    keys.set(name, read);
  }
  return keys;
});

const streamUrl = z.url({ protocol: /^(https?|wss?)$/ });

const ratePattern = /^(?<counted>citizen|client|address)=(?<requests>[1-9]\d{0,8})$/;

/** Reads `citizen=n,client=n,address=n`, all three. */
const rateLimits = z.string().transform((text, context): RateLimits => {
  const parts = text.split(",").map((part) => ratePattern.exec(part.trim())?.groups ?? {});
  const found = Object.fromEntries(parts.map(({ counted, requests }) => [counted, Number(requests)]));
  const { citizen, client, address } = found;
  if (parts.length === 3 && citizen && client && address) return { citizen, client, address };
  context.addIssue("must be citizen=n,client=n,address=n");
  return z.NEVER;
});

/** Reads origins as a browser writes them, such as `https://app.example`. */
const origins = z.string().transform((text, context): readonly string[] => {
  const entries = text.split(",").map((entry) => entry.trim());
  if (entries.every((entry) => URL.canParse(entry) && new URL(entry).origin === entry)) return entries;
  context.addIssue("must be origins with commas between them, such as https://app.example");
  return z.NEVER;
});

/** What `main.ts` reads from the environment. */
export const gatewaySpec = {
  ...commonSettings,
  port: setting("HUIMIN_PORT", tcpPort, "Port to listen on."),
  issuer: setting("HUIMIN_ISSUER", httpUrl, "Issuer of the access tokens; its keys are at /jwks."),
  gatewayUrl: setting("HUIMIN_GATEWAY_URL", httpUrl, "Where clients reach the gateway; it issues transaction tokens."),
  signingKey: setting(
    "HUIMIN_SIGNING_KEY",
    es256PrivateJwk,
    "Private ES256 key that signs transaction tokens, and calls to companies.",
  ),
  furtherSigningKey: setting(
    "HUIMIN_FURTHER_SIGNING_KEY",
    es256PrivateJwk.optional(),
    "A second key that is published and signs nothing, while keys change: the one before, or the one to come.",
  ),
  subgraphs: setting("HUIMIN_SUBGRAPHS", namedAddresses(httpUrl), "Where each subgraph answers: name=url,name=url."),
  subgraphKeys: setting(
    "HUIMIN_SUBGRAPH_KEYS",
    keysBySubgraph,
    "How calls to each subgraph and its answers are signed: name=hmac-sha256:SECRET, name=ed25519:PUBLICKEY or name=none; SECRET+OTHER while keys change.",
  ),
  subscriptions: setting(
    "HUIMIN_SUBSCRIPTIONS",
    namedAddresses(streamUrl).optional(),
    "Where a subgraph streams, if elsewhere than it answers: name=url; ws: and wss: mean WebSocket, others events.",
  ),
  eventKeys: setting(
    "HUIMIN_EVENT_KEYS",
    namedAddresses(httpUrl).optional(),
    "The key set of each subgraph that may send events: name=url,name=url.",
  ),
  sectors: setting(
    "HUIMIN_SECTORS",
    sectorsBySubgraph.default(new Map()),
    "The sectors of companies' subgraphs: subgraph=sector,subgraph=sector. All others are of the departments.",
  ),
  pseudonymKey: setting(
    "HUIMIN_PSEUDONYM_KEY",
    secretBytes(32).optional(),
    "Key of the sector pseudonyms, as identity has it; without it companies' clients and subgraphs are refused.",
  ),
  supergraphFile: setting(
    "HUIMIN_SUPERGRAPH",
    z.string().min(1).optional(),
    "File with the supergraph, served anew whenever it changes; the one of this version unless given.",
  ),
  contracts: setting(
    "HUIMIN_CONTRACTS",
    contractsJson.optional(),
    'Which tags each audience sees: {"name": {"include": [], "exclude": [], "clients": [], "sectors": [], "roles": true, "anonymous": true}}; the client "*" is everybody else.',
  ),
  overrideRule: setting(
    "HUIMIN_OVERRIDES",
    overridesJson.optional(),
    'For whom @override labels are on, beside percent(N): {"label": {"clients": [], "percent": 0}}.',
  ),
  refusedFields: setting(
    "HUIMIN_REFUSED_FIELDS",
    z.enum(["null", "reject"]).default("null"),
    "What becomes of a request with a field that its sender may not read: null leaves that field out, reject all of it.",
  ),
  workers: setting(
    "HUIMIN_WORKERS",
    z.coerce.number().int().min(1).max(maxWorkers).default(1),
    "How many processes share the port, one for each core that the gateway may use.",
  ),
  maxCost: setting(
    "HUIMIN_MAX_COST",
    z.coerce.number().int().min(1).default(5_000),
    "Most that an operation may be estimated to cost: about the objects that it may ask for.",
  ),
  rateLimits: setting(
    "HUIMIN_RATE_LIMITS",
    rateLimits.default({ citizen: 3_000, client: 300_000, address: 600 }),
    "Requests a minute: citizen=3000,client=300000,address=600. Address is for requests without a good token.",
  ),
  safelistFile: setting(
    "HUIMIN_SAFELIST",
    z.string().min(1).optional(),
    "File with registered documents: a persisted query manifest of Apollo.",
  ),
  safelistMode: setting(
    "HUIMIN_SAFELIST_MODE",
    z.enum(safelistModes, `must be one of ${safelistModes.join(", ")}`).default("off"),
    "What happens to other documents than those of HUIMIN_SAFELIST: off nothing, log a line, require a refusal.",
  ),
  allowedOrigins: setting(
    "HUIMIN_ALLOWED_ORIGINS",
    origins.default([]),
    "Origins, with commas between them, whose pages may read answers. None unless given.",
  ),
  cacheKey: setting(
    "HUIMIN_CACHE_KEY",
    secretBytes(32).optional(),
    "Key under which answers of subgraphs are kept in Redis; without it each process keeps its own in memory.",
  ),
  clientCertHeader: setting(
    "HUIMIN_CLIENT_CERT_HEADER",
    headerName.optional(),
    "Header in which the proxy passes the certificate of a client (RFC 9440), and which it removes from what clients send; without it there is no mutual TLS.",
  ),
  redisUrl: setting("REDIS_URL", redisUrl, "Redis that all replicas share; without it each process keeps its own."),
} as const;

export type GatewayConfig = ConfigOf<typeof gatewaySpec>;
