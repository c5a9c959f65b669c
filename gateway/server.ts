/** The gateway as a service: one graph over all subgraphs. */
import { randomBytes } from "node:crypto";
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { createRemoteJWKSet } from "jose";
import { ConfigError } from "../platform/config.ts";
import { openEventStream } from "../platform/event-stream.ts";
import { createHttpServer } from "../platform/http.ts";
import { addKeySet } from "../platform/key-set.ts";
import { createMemoryStore, type KeyValueStore } from "../platform/keyvalue.ts";
import type { RunningService } from "../platform/lifecycle.ts";
import type { Logger } from "../platform/log.ts";
import { openKeyValueStore } from "../platform/redis.ts";
import { readScope } from "../trust/caller.ts";
import { createPossessionCheck } from "../trust/possession.ts";
import { governmentSector, type SectorVersions } from "../trust/pseudonym.ts";
import { createReplayGuard } from "../trust/replay.ts";
import { createAdmission } from "./admission/admit.ts";
import { createEntrance } from "./admission/entrance.ts";
import { watchIssuerKeys } from "./admission/issuer-keys.ts";
import { createRateLimiter } from "./admission/rate-limit.ts";
import { watchRevocations } from "./admission/revocations.ts";
import { isOnThisMachine } from "./boundary/addresses.ts";
import { createBoundary, type DirectBoundary } from "./boundary/boundary.ts";
import { openCallSignatures } from "./boundary/call-signatures.ts";
import { transactionTokenCredentials } from "./boundary/credentials.ts";
import { createSeals, type OpenSealed, withSeals } from "./boundary/sealed-values.ts";
import { watchSectorVersions } from "./boundary/sector-versions.ts";
import { createSectors } from "./boundary/sectors.ts";
import { tokenSignerOf } from "./boundary/token-signer.ts";
import { createEntityCache, type EntityCache } from "./cache/entity-cache.ts";
import { createCarryOut, type ExecutableGeneration } from "./carry-out.ts";
import type { GatewayConfig } from "./config.ts";
import type { GraphiqlSettings } from "./graphiql/page.ts";
import { addGraphiql } from "./graphiql/route.ts";
import { createDocuments } from "./http/documents.ts";
import { addGraphQLRoute } from "./http/route.ts";
import { createSafelist, readTrustedDocuments, reportBroken, type TrustedDocument } from "./http/safelist.ts";
import { addGraphQLSocket, type SocketParts } from "./http/websocket.ts";
import { createReadRecord } from "./ledger/record.ts";
import type { Invalidate } from "./live/events/events.ts";
import { addEventIntake } from "./live/events/intake.ts";
import { startSubscriptions } from "./live/live.ts";
import { createPipeline } from "./pipeline.ts";
import { cityPolicies } from "./rights/city-policies.ts";
import { policiesNamedIn } from "./rights/demands.ts";
import { askPolicies, type Policies } from "./rights/policies.ts";
import type { AskRules } from "./rights/rights.ts";
import { readBusyOperations, tellBusyOperations } from "./supergraph/busy-operations.ts";
import { createGeneration } from "./supergraph/generation.ts";
import type { Generations } from "./supergraph/generations.ts";
import { type LoadedSupergraph, loadSupergraph } from "./supergraph/supergraph.ts";
import { serveSupergraphFile } from "./supergraph/supergraph-file.ts";

const committedSupergraph = new URL("../schema/supergraph.graphql", import.meta.url);

/**
 * Starts the gateway: `/graphql`, `/graphiql`, `/events`, `/.well-known/jwks.json` and the health endpoints.
 * It is ready once identity's keys were fetched and what is revoked was loaded; subgraphs may come and go.
 *
 * @param policies the rules behind `@policy`
 * @throws ConfigError when the addresses do not fit the supergraph
 */
export async function createGateway(
  config: GatewayConfig,
  log: Logger,
  policies: Policies = cityPolicies,
): Promise<RunningService> {
  const store = await openKeyValueStore(config.redisUrl, "gateway", log);
  const events = await openEventStream(config.redisUrl, "gateway:events", log);
  const signer = await tokenSignerOf(config);
  const proof = { client: signer.issuer, key: signer.key, keyId: signer.keyId };
  const { sectors, versions, openSealed } = openSectors(config, log);
  const credentials = transactionTokenCredentials(signer, sectors);
  const mayBeInternal = (subgraph: string) => !config.sectors.has(subgraph) || isOnThisMachine(config.gatewayUrl);
  const sealOf = openCallSignatures(config, {
    call: (evidence) => log.info({ evidence }, "signed call"),
    event: (evidence) => log.info({ evidence }, "signed event"),
  });
  const boundary = createBoundary(config.subgraphs, credentials, sectors.borderOfSubgraph, mayBeInternal, sealOf);
  const trusted = await readTrustedDocuments(config.safelistFile, config.safelistMode);
  const generations = await serveGenerations(config, { boundary, openSealed, store, trusted, policies, log });
  const stopTelling = tellBusyOperations(generations, store, log);
  const issuerKeys = watchIssuerKeys(new URL(`${config.issuer}/jwks`), log);
  const accessTokens = {
    issuer: config.issuer,
    audience: graphUrl(config),
    keys: issuerKeys.find,
    companies: true,
  } as const;
  const revocations = watchRevocations({
    policy: accessTokens,
    signer: proof,
    onKeysWithdrawn: issuerKeys.renew,
    log,
  });
  const app = createHttpServer({
    log,
    // Behind an https address there is always a proxy that ends TLS: this process speaks plain HTTP.
    trustProxy: config.gatewayUrl.startsWith("https:"),
    ready: {
      "identity keys": issuerKeys.fetched,
      revocations: revocations.loaded,
      ...(versions && { sectors: versions.fetched }),
    },
  });
  const invalidate: Invalidate = (subgraph, tags) => generations.current().boundary.invalidate(subgraph, tags);
  const subscriptions = startSubscriptions({
    generations,
    streams: config.subscriptions,
    credentials,
    borderOf: sectors.borderOfSubgraph,
    mayBeInternal,
    sealOf,
    openSealed,
    announced: { stream: events, invalidate },
    log,
  });
  revocations.onChange(() => subscriptions.endRefused(revocations.refusalOf));
  const reads = createReadRecord(config.issuer, proof, log);
  const close = async () => {
    issuerKeys.close();
    versions?.close();
    await revocations.close();
    await subscriptions.close();
    await app.close();
    await reads.close();
    await boundary.close();
    await stopTelling();
    await generations.close();
    await events.close();
    await store.close();
  };
  try {
    const markAsSeen = createReplayGuard({ shared: config.redisUrl === undefined ? null : store, log });
    const checkPossession = createPossessionCheck(graphUrl(config), markAsSeen);
    const admit = createAdmission({
      accessTokens,
      sectors,
      checkPossession,
      revocations,
      certificateHeader: config.clientCertHeader,
    });
    const enter = createEntrance(admit, createRateLimiter(config.rateLimits, store, log));
    const documents = createDocuments(store, createSafelist(trusted, config.safelistMode));
    const carryOut = createCarryOut({
      generations,
      documents,
      subscriptions,
      revocations,
      maxCost: config.maxCost,
      recordRead: reads.record,
      rejectsRefused: config.refusedFields === "reject",
    });
    addAddresses(app, config, { enter, carryOut, revocations, log });
    const supergraph = () => generations.current().supergraph;
    addEventIntake(app, {
      gatewayUrl: config.gatewayUrl,
      keys: eventKeys(config),
      borderOf: sectors.borderOfSubgraph,
      store,
      stream: events,
      supergraph,
    });
    await app.listen({ port: config.port, host: config.host });
  } catch (error) {
    await close();
    throw error;
  }
  return { url: `http://localhost:${(app.server.address() as AddressInfo).port}`, close };
}

/** The graph in all its forms, its page, and the public halves of the keys that sign transaction tokens. */
function addAddresses(
  app: FastifyInstance,
  config: GatewayConfig,
  { enter, carryOut, revocations, log }: Omit<SocketParts, "isOriginAllowed">,
): void {
  const { allowedOrigins } = config;
  const page = addGraphiql(app, graphiqlSettings(config));
  addGraphQLRoute(app, createPipeline({ enter, carryOut }), { page, allowedOrigins });
  const origins = [new URL(config.gatewayUrl).origin, ...allowedOrigins];
  addGraphQLSocket(app, {
    enter,
    carryOut,
    revocations,
    isOriginAllowed: (origin) => origins.includes(origin),
    log,
  });
  const { signingKey, furtherSigningKey } = config;
  addKeySet(app, signingKey, ...(furtherSigningKey ? [furtherSigningKey] : []));
}

/**
 * The border crossings of citizens. Without the key of the pseudonyms there is nothing to watch.
 *
 * @throws ConfigError when a company's subgraph is unknown, or the key for it is missing
 */
function openSectors({ issuer, subgraphs, sectors, pseudonymKey: key }: GatewayConfig, log: Logger) {
  const faults = [...sectors.keys()].filter((name) => !subgraphs.has(name));
  if (faults.length > 0) {
    throw new ConfigError("gateway", [
      `HUIMIN_SECTORS names no subgraph of HUIMIN_SUBGRAPHS with ${faults.join(", ")}`,
    ]);
  }
  if (sectors.size > 0 && !key) {
    throw new ConfigError("gateway", ["HUIMIN_SECTORS is given and HUIMIN_PSEUDONYM_KEY is missing"]);
  }
  const versions = key && watchSectorVersions(issuer, log);
  const current = versions?.current ?? (() => noVersions);
  const sectorOf = (subgraph: string) => sectors.get(subgraph) ?? governmentSector;
  const crossings = createSectors({ key, subgraphs: sectors, versions: current });
  return {
    versions,
    sectors: crossings,
    openSealed: key ? createSeals({ key, sectorOf, keys: crossings.keysInside }) : (): undefined => undefined,
  };
}

const noVersions: ReadonlyMap<string, SectorVersions> = new Map();

/** Where the key of each subgraph is found that may send events; fetched when first needed, and kept. */
function eventKeys({ eventKeys: keySets = new Map<string, URL>() }: GatewayConfig) {
  return new Map([...keySets].map(([name, url]) => [name, createRemoteJWKSet(url, { timeoutDuration: 3_000 })]));
}

/** A generation that remembers what subgraphs allow it to. */
interface CachingGeneration extends ExecutableGeneration {
  readonly boundary: EntityCache;
}

/** What every generation is made with. */
interface GenerationParts {
  readonly boundary: DirectBoundary;
  readonly openSealed: OpenSealed;
  readonly store: KeyValueStore;
  readonly trusted: readonly TrustedDocument[];
  readonly policies: Policies;
  readonly log: Logger;
}

/** The supergraph of the configuration, with its contracts; warm from what other processes know. */
async function serveGenerations(
  { supergraphFile, subgraphs, contracts, overrideRule, cacheKey }: GatewayConfig,
  { boundary, openSealed, store, trusted, policies, log }: GenerationParts,
): Promise<Generations<CachingGeneration>> {
  // Without a key that the replicas share each keeps its own answers: events reach them all.
  const kept = cacheKey ? { store, secret: cacheKey } : { store: createMemoryStore(), secret: randomBytes(32) };
  const open = async (sdl: string, before?: ExecutableGeneration): Promise<CachingGeneration> => {
    const options = { addresses: subgraphs, spareAddresses: before !== undefined, plans: { store, log } };
    const supergraph = await loadSupergraph(sdl, options);
    reportUnknownPolicies(supergraph, policies, log);
    const askRules: AskRules = (names, signedIn) => askPolicies(names, policies, signedIn, log);
    const generation = createGeneration(supergraph, { contracts, compiler: { overrideRule, askRules } });
    // Each client may see less than all of it; what fits nobody is broken.
    const compile = (query: string) => generation.compileWhole({ query, operationName: undefined, readOnly: false });
    reportBroken(trusted, compile, log);
    await generation.warm(before ? before.busiest() : await readBusyOperations(store, log));
    const cache = createEntityCache({ boundary, supergraph, ...kept });
    const close = async () => {
      await cache.close();
      await generation.close();
    };
    return {
      ...generation,
      boundary: { ...cache, call: withSeals(cache.call, openSealed, supergraph.supergraphSchema) },
      close,
    };
  };
  return await serveSupergraphFile(supergraphFile ?? committedSupergraph, open, log);
}

/** What demands a rule that is not there nobody may read: whoever wrote it learns of it here. */
function reportUnknownPolicies({ supergraphSchema }: LoadedSupergraph, policies: Policies, log: Logger): void {
  const unknown = [...policiesNamedIn(supergraphSchema)].filter((name) => !policies.has(name));
  if (unknown.length > 0) log.warn({ policies: unknown }, "the supergraph names policies that nobody knows");
}

/** The graph's resource identifier (RFC 8707): where clients reach it, and the audience of their tokens. */
function graphUrl({ gatewayUrl }: GatewayConfig): string {
  return `${gatewayUrl}/graphql`;
}

function graphiqlSettings(config: GatewayConfig): GraphiqlSettings {
  return {
    issuer: config.issuer,
    resource: graphUrl(config),
    scopes: ["openid", ...[...config.subgraphs.keys()].map(readScope)],
    redirectUri: `${config.gatewayUrl}/graphiql/callback`,
    signedOutUri: graphUrl(config),
  };
}
