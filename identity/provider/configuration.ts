/** The OpenID provider's configuration: OpenID Connect Core 1.0, OAuth 2.0 with PKCE, RFC 8707, RFC 9068. */
import { hkdfSync } from "node:crypto";
import type { Configuration, JWK, RefreshToken } from "oidc-provider";
import { clientCertificate } from "../../platform/client-certificate.ts";
import { type Language, languages } from "../../platform/i18n.ts";
import { assuranceLevels } from "../../trust/assurance.ts";
import type { IdentityConfig } from "../config.ts";
import { actingForIn } from "../delegation/acting-grant.ts";
import { actingForParameter, assertActingFor } from "../delegation/own-matters.ts";
import { recordConnection } from "../device/connection.ts";
import { signingAlgorithms } from "../keys/rotation.ts";
import type { Sectors } from "../sectors/sectors.ts";
import { staffInteractionPath } from "../staff/sign-in.ts";
import { createAdapter, type IdentityStores } from "../store/adapter.ts";
import { deviceCodeSeconds } from "../store/device-codes.ts";
import type { ReadAhead } from "../store/read-ahead.ts";
import { mayIntrospect } from "../tokens/endpoints.ts";
import { accountOf, assertClaimsParameter, claimsByScope } from "./claims.ts";
import { assertClientAssertion } from "./client-assertion.ts";
import { isForStaff } from "./client-metadata.ts";
import { allowsOrigin, cityClients, clientDefaults, ownClientMetadata } from "./clients.ts";
import { cookies } from "./cookies.ts";
import { createInteractionPolicy, loadGrant } from "./grants.ts";
import { callClients, presentKeys } from "./outbound.ts";
import type { ProviderPages } from "./pages.ts";
import { clientSigningAlgorithms, profileOf } from "./profiles.ts";
import { accessTokenSeconds, createResources, defaultResource, resourceServerInfo } from "./resources.ts";
import { adminResource, graphResource, oidcScopes } from "./scopes.ts";
import type { SubjectOf } from "./subjects.ts";
import { nameActor, tokenClaims } from "./token-claims.ts";

/** What the provider is made of. */
export interface ProviderParts {
  readonly config: IdentityConfig;
  readonly stores: IdentityStores;
  readonly ahead: ReadAhead;
  /** The form of a citizen ID that a client sees. */
  readonly subjectOf: SubjectOf;
  readonly sectors: Pick<Sectors, "pseudonymsOf">;
  readonly pages: ProviderPages;
}

/** Lives in seconds. */
const minute = 60;
const hour = 60 * minute;
const lives = {
  accessToken: accessTokenSeconds,
  code: minute,
  idToken: hour,
  interaction: 30 * minute,
  /** From one visit to the next; a session of somebody not signed in only carries a sign-out. */
  session: 12 * hour,
  /** From one proof of who she is to the next, however often she comes by (NIST SP 800-63B-4, 2.2.3). */
  signIn: 24 * hour,
  emptySession: 10 * minute,
  refreshToken: 12 * hour,
  grant: 24 * hour,
} as const;

/** Nothing that identity signs counts for longer: an ID token, as a hint, while anything that came with it lives. */
export const longestLife = Math.max(...Object.values(lives));

export function configure(parts: ProviderParts, signingKeys: readonly JWK[]): Configuration {
  const { config, stores, subjectOf, ahead } = parts;
  const graph = graphResource(config);
  return {
    adapter: createAdapter(stores, ahead, {
      presentClient: presentKeys(config),
      deviceAccepted: recordConnection(stores.database),
    }),
    clients: cityClients(config),
    clientDefaults,
    extraClientMetadata: ownClientMetadata,
    clientBasedCORS: allowsOrigin,
    clientAuthMethods: ["private_key_jwt", "none"],
    assertJwtClientAuthClaimsAndHeader: assertClientAssertion,
    // FAPI 2.0 Security Profile, 5.3.2.1: clocks of clients may be as much ahead.
    clockTolerance: 10,
    jwks: { keys: signingKeys },
    enabledJWA: algorithms,
    fetch: callClients(config, stores.database),
    fetchResponseBodyLimits: { jwks_uri: 64 * 1024 },
    cookies: cookies([config.cookieKey, ...config.furtherCookieKeys]),
    discovery: { ui_locales_supported: languages satisfies readonly Language[] },
    responseTypes: ["code"],
    pkce: { required: () => true },
    allowOmittingSingleRegisteredRedirectUri: false,
    extraParams: { [actingForParameter]: assertActingFor },
    scopes: [...oidcScopes],
    claims: claimsByScope,
    acrValues: [...assuranceLevels],
    subjectTypes: ["pairwise"],
    // The one place at which every token gets its subject: the person acted for, where there is one.
    pairwiseIdentifier: (context, accountId, client) =>
      subjectOf(actingForIn(context, accountId)?.principal ?? accountId, client),
    // Pairwise subjects follow `sector`, not the hosts of redirect URIs.
    sectorIdentifierUriValidate: () => false,
    findAccount: (context, accountId) => accountOf(context, accountId, { database: stores.database, ahead, subjectOf }),
    extraTokenClaims: tokenClaims(subjectOf),
    loadExistingGrant: (context) => loadGrant(context, stores.database, graph),
    interactions: {
      policy: createInteractionPolicy(stores.database, subjectOf),
      url: ({ oidc: { client } }, { uid }) =>
        client && isForStaff(client) ? `${staffInteractionPath}/${uid}` : `/interaction/${uid}`,
    },
    features: features(parts, graph),
    renderError: parts.pages.error,
    ttl,
    // Signing out ends everything that came of the session, whatever client holds it.
    expiresWithSession: async () => true,
    issueRefreshToken: async (_context, client) => client.grantTypeAllowed("refresh_token"),
    // FAPI 2.0 Security Profile, 5.3.2.1: a confidential client's refresh token is bound to its key already,
    // and a rotated one is lost when the answer is.
    rotateRefreshToken: ({ oidc }) => oidc.client?.clientAuthMethod === "none",
  };
}

const ttl: Configuration["ttl"] = {
  // A token made for another does not outlive the right to act for her.
  AccessToken: (context, { accountId }) => {
    const endsAt = accountId === undefined ? null : (actingForIn(context, accountId)?.endsAt ?? null);
    const left = endsAt === null ? lives.accessToken : Math.floor(endsAt - Date.now() / 1000);
    return Math.max(1, Math.min(lives.accessToken, left));
  },
  ClientCredentials: lives.accessToken,
  DeviceCode: deviceCodeSeconds,
  AuthorizationCode: lives.code,
  IdToken: lives.idToken,
  Interaction: lives.interaction,
  Session: (_context, session) => {
    if (!session.accountId) return lives.emptySession;
    const left = (session.authTime() ?? 0) + lives.signIn - Math.floor(Date.now() / 1000);
    return Math.max(1, Math.min(lives.session, left));
  },
  RefreshToken: lives.refreshToken,
  Grant: lives.grant,
};

const algorithms: Configuration["enabledJWA"] = {
  idTokenSigningAlgValues: [...signingAlgorithms],
  userinfoSigningAlgValues: [...signingAlgorithms],
  introspectionSigningAlgValues: [...signingAlgorithms],
  authorizationSigningAlgValues: [...signingAlgorithms],
  clientAuthSigningAlgValues: [...clientSigningAlgorithms],
  dPoPSigningAlgValues: [...clientSigningAlgorithms],
};

function features(
  { config, stores, ahead, pages, subjectOf }: ProviderParts,
  graph: string,
): NonNullable<Configuration["features"]> {
  return {
    devInteractions: { enabled: false },
    // Whether a client must push, and must bind its tokens, is in its own metadata; its profile puts it there.
    pushedAuthorizationRequests: { enabled: true },
    dPoP: { enabled: true, nonceSecret: dpopNonceSecret(config), requireNonce: () => true },
    fapi: {
      enabled: true,
      profile: (_context, client) => (client && profileOf(client) === "fapi2" ? "2.0" : undefined),
    },
    ...mutualTls(config),
    clientCredentials: { enabled: true },
    backchannelLogout: { enabled: true },
    deviceFlow: {
      enabled: true,
      charset: "base-20",
      mask: "****-****",
      // What a device says of itself proves nothing; the page shows what its operator registered.
      deviceInfo: () => ({}),
      userCodeInputSource: pages.device.enterCode,
      userCodeConfirmSource: pages.device.confirm,
      successSource: pages.device.connected,
    },
    claimsParameter: { enabled: true, assertClaimsParameter },
    jwtUserinfo: { enabled: true },
    jwtResponseModes: { enabled: true },
    introspection: {
      enabled: true,
      allowedPolicy: async (context, client, token) => {
        if (!mayIntrospect(client, token)) return false;
        if (token.kind === "RefreshToken") nameActor(context, token as RefreshToken, subjectOf);
        return true;
      },
    },
    jwtIntrospection: { enabled: true },
    revocation: {
      enabled: true,
      allowedPolicy: async (_context, client, token) => token.clientId === client.clientId,
    },
    rpInitiatedLogout: { enabled: true, logoutSource: pages.signOut, postLogoutSuccessSource: pages.signedOut },
    resourceIndicators: {
      enabled: true,
      defaultResource,
      useGrantedResource: async () => true,
      getResourceServerInfo: resourceServerInfo(
        graph,
        adminResource(config),
        createResources(config, stores.database, ahead),
      ),
    },
  };
}

/** The nonces change by themselves every minute; replicas that share the cookie key know one another's. */
function dpopNonceSecret({ cookieKey }: IdentityConfig): Buffer {
  return Buffer.from(hkdfSync("sha256", cookieKey, "", "huimin identity dpop nonces", 32));
}

/** Tokens may be bound to the certificate of a client instead of a key, where a proxy passes it (RFC 8705, 3). */
function mutualTls({ clientCertHeader: header }: IdentityConfig): Pick<NonNullable<Configuration["features"]>, "mTLS"> {
  if (header === undefined) return {};
  return {
    mTLS: {
      enabled: true,
      certificateBoundAccessTokens: true,
      getCertificate: ({ headers }) => clientCertificate(headers[header]),
    },
  };
}
