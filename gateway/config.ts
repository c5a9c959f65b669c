/** The settings of the gateway. */
import { z } from "zod";
import {
  type ConfigOf,
  commonSettings,
  es256PrivateJwk,
  httpUrl,
  redisUrl,
  setting,
  tcpPort,
} from "../platform/config.ts";
import { contractsJson } from "./supergraph/contract-config.ts";

/** More processes than any machine has cores that would help. */
const maxWorkers = 128;

const addressPattern = /^(?<name>[a-z][a-z0-9-]*)=(?<url>\S+)$/;

/** Reads `name=url,name=url`; a name may come once. */
const subgraphAddresses = z.string().transform((text, context): ReadonlyMap<string, URL> => {
  const addresses = new Map<string, URL>();
  for (const entry of text.split(",")) {
    const { name, url } = addressPattern.exec(entry.trim())?.groups ?? {};
    const address = httpUrl.safeParse(url);
    if (name === undefined || !address.success || addresses.has(name)) {
      context.addIssue("must be name=url pairs with commas between them, each name once");
      return z.NEVER;
    }
    addresses.set(name, new URL(address.data));
  }
  return addresses;
});

/** What `main.ts` reads from the environment. */
export const gatewaySpec = {
  ...commonSettings,
  port: setting("HUIMIN_PORT", tcpPort, "Port to listen on."),
  issuer: setting("HUIMIN_ISSUER", httpUrl, "Issuer of the access tokens; its keys are at /jwks."),
  gatewayUrl: setting("HUIMIN_GATEWAY_URL", httpUrl, "Where clients reach the gateway; it issues transaction tokens."),
  signingKey: setting("HUIMIN_SIGNING_KEY", es256PrivateJwk, "Private ES256 key that signs transaction tokens."),
  subgraphs: setting("HUIMIN_SUBGRAPHS", subgraphAddresses, "Where each subgraph answers: name=url,name=url."),
  supergraphFile: setting(
    "HUIMIN_SUPERGRAPH",
    z.string().min(1).optional(),
    "File with the supergraph, served anew whenever it changes; the one of this version unless given.",
  ),
  contracts: setting(
    "HUIMIN_CONTRACTS",
    contractsJson.optional(),
    'Which tags each audience sees: {"name": {"include": [], "exclude": [], "clients": []}}; "*" is every other client.',
  ),
  workers: setting(
    "HUIMIN_WORKERS",
    z.coerce.number().int().min(1).max(maxWorkers).default(1),
    "How many processes share the port, one for each core that the gateway may use.",
  ),
  redisUrl: setting("REDIS_URL", redisUrl, "Redis that all replicas share; without it each process keeps its own."),
} as const;

export type GatewayConfig = ConfigOf<typeof gatewaySpec>;
