/** A gateway put together by hand from the parts of the real one, so that a test can leave one out. */
import type { AddressInfo } from "node:net";
import { type AdmissionParts, type Admit, createAdmission } from "../../../gateway/admission/admit.ts";
import { createEntrance } from "../../../gateway/admission/entrance.ts";
import { watchIssuerKeys } from "../../../gateway/admission/issuer-keys.ts";
import { type Boundary, createBoundary } from "../../../gateway/boundary/boundary.ts";
import { openCallSignatures } from "../../../gateway/boundary/call-signatures.ts";
import { type Credentials, transactionTokenCredentials } from "../../../gateway/boundary/credentials.ts";
import { createSectors, type Sectors } from "../../../gateway/boundary/sectors.ts";
import { tokenSignerOf } from "../../../gateway/boundary/token-signer.ts";
import { createCarryOut, type ExecutableGeneration } from "../../../gateway/carry-out.ts";
import type { GatewayConfig } from "../../../gateway/config.ts";
import { createDocuments } from "../../../gateway/http/documents.ts";
import { addGraphQLRoute } from "../../../gateway/http/route.ts";
import { addGraphQLSocket } from "../../../gateway/http/websocket.ts";
import { startSubscriptions } from "../../../gateway/live/live.ts";
import { type DocumentLimits, strictLimits } from "../../../gateway/operation/limits.ts";
import { createPipeline, type Pipeline } from "../../../gateway/pipeline.ts";
import { cityPolicies } from "../../../gateway/rights/city-policies.ts";
import { askPolicies } from "../../../gateway/rights/policies.ts";
import { createGeneration } from "../../../gateway/supergraph/generation.ts";
import { loadSupergraph } from "../../../gateway/supergraph/supergraph.ts";
import { serveSupergraphFile } from "../../../gateway/supergraph/supergraph-file.ts";
import { createHttpServer } from "../../../platform/http.ts";
import { addKeySet } from "../../../platform/key-set.ts";
import { createMemoryStore } from "../../../platform/keyvalue.ts";
import type { RunningService } from "../../../platform/lifecycle.ts";
import { createLogger } from "../../../platform/log.ts";
import { createPossessionCheck } from "../../../trust/possession.ts";
import type { SectorVersions } from "../../../trust/pseudonym.ts";
import { createReplayGuard } from "../../../trust/replay.ts";
import {
  mintTransactionToken,
  type TransactionTokenSigner,
  transactionTokenHeader,
} from "../../../trust/transaction-token.ts";

/** What may stand in the place of the real gateway's parts. */
export interface OtherParts {
  readonly sectors?: (settings: Parameters<typeof createSectors>[0]) => Sectors;
  readonly admission?: (real: AdmissionParts) => Partial<AdmissionParts>;
  readonly admit?: (real: Admit) => Admit;
  readonly credentials?: (signer: TransactionTokenSigner, sectors: Sectors, real: Credentials) => Credentials;
  readonly boundary?: (addresses: ReadonlyMap<string, URL>, credentials: Credentials) => Boundary;
  readonly limits?: DocumentLimits;
  readonly pipeline?: (real: Pipeline) => Pipeline;
}

/**
 * Starts it. It knows nothing of revocations, records no reads, counts nobody's requests, keeps no answers, seals nothing, and
 * lets pages of any origin connect.
 */
export async function startComposedGateway(
  config: GatewayConfig,
  versions: ReadonlyMap<string, SectorVersions>,
  other: OtherParts,
): Promise<RunningService> {
  const log = createLogger("gateway", "silent");
  const issuerKeys = watchIssuerKeys(new URL(`${config.issuer}/jwks`), log);
  const settings = { key: config.pseudonymKey, subgraphs: config.sectors, versions: () => versions };
  const sectors = (other.sectors ?? createSectors)(settings);
  const signer = await tokenSignerOf(config);
  const usual = transactionTokenCredentials(signer, sectors);
  const credentials = other.credentials?.(signer, sectors, usual) ?? usual;
  const sealOf = openCallSignatures(config, { call: () => {}, event: () => {} });
  const boundary =
    other.boundary?.(config.subgraphs, credentials) ??
    createBoundary(config.subgraphs, credentials, sectors.borderOfSubgraph, () => true, sealOf);
  const generations = await serveSupergraphFile(
    config.supergraphFile ?? "",
    (sdl) => openGeneration(sdl, config, boundary, other.limits),
    log,
  );
  const borderOf = sectors.borderOfSubgraph;
  const subscriptions = startSubscriptions({ generations, credentials, borderOf, log });
  const documents = createDocuments(createMemoryStore());
  const carryOut = createCarryOut({ generations, documents, subscriptions, recordRead: async () => {} });
  const admit = admissionOf(config, { sectors, keys: issuerKeys.find }, other);
  const enter = createEntrance(other.admit?.(admit) ?? admit);
  const pipeline = createPipeline({ enter, carryOut });
  const app = createHttpServer({ log, ready: { "identity keys": issuerKeys.fetched } });
  addGraphQLRoute(app, other.pipeline?.(pipeline) ?? pipeline);
  addGraphQLSocket(app, { enter, carryOut, isOriginAllowed: () => true, log });
  addKeySet(app, config.signingKey);
  await app.listen({ port: config.port, host: "localhost" });
  const close = async () => {
    issuerKeys.close();
    await subscriptions.close();
    await app.close();
    await boundary.close();
    await generations.close();
  };
  return { url: `http://localhost:${(app.server.address() as AddressInfo).port}`, close };
}

function admissionOf(
  { issuer, gatewayUrl, clientCertHeader }: GatewayConfig,
  { sectors, keys }: { readonly sectors: Sectors; readonly keys: AdmissionParts["accessTokens"]["keys"] },
  other: OtherParts,
): Admit {
  const audience = `${gatewayUrl}/graphql`;
  const markAsSeen = createReplayGuard({ shared: null, log: createLogger("gateway", "silent") });
  const real: AdmissionParts = {
    accessTokens: { issuer, audience, keys, companies: true },
    sectors,
    checkPossession: createPossessionCheck(audience, markAsSeen),
    certificateHeader: clientCertHeader,
    revocations: { refusalOf: () => undefined, begun: async () => {} },
  };
  return createAdmission({ ...real, ...other.admission?.(real) });
}

async function openGeneration(
  sdl: string,
  { subgraphs: addresses }: GatewayConfig,
  boundary: Boundary,
  limits: DocumentLimits = strictLimits,
): Promise<ExecutableGeneration> {
  const supergraph = await loadSupergraph(sdl, { addresses });
  const log = createLogger("gateway", "silent");
  const compiler = {
    limits,
    askRules: (names: readonly string[], signedIn: Parameters<typeof askPolicies>[2]) =>
      askPolicies(names, cityPolicies, signedIn, log),
  };
  return { ...createGeneration(supergraph, { compiler }), boundary };
}

/** Credentials without care: tokens for every subgraph, whatever her scopes are, with one transaction's ID in all. */
export const careless: NonNullable<OtherParts["credentials"]> =
  (signer, sectors) =>
  async ({ admitted }, subgraph) => {
    if (admitted.kind !== "signed in") throw new Error("nobody is signed in");
    const caller = sectors.leaving(admitted.caller, subgraph);
    const now = Math.floor(Date.now() / 1000);
    const token = await mintTransactionToken(signer, caller, subgraph, admitted.tokenId, now);
    return { headers: { [transactionTokenHeader]: token }, identity: admitted.tokenId };
  };
