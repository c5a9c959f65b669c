/** The OpenID provider's configuration: OpenID Connect Core 1.0, OAuth 2.0 with PKCE, RFC 8707, RFC 9068. */
import { type Configuration, errors, type JWK } from "oidc-provider";
import { type Language, languages } from "../../platform/i18n.ts";
import type { IdentityConfig } from "../config.ts";
import { hasAccount } from "../store/accounts.ts";
import { createAdapter, type IdentityStores } from "../store/adapter.ts";
import { allowsOrigin, cityClients, clientDefaults, ownClientMetadata } from "./clients.ts";
import { cookies } from "./cookies.ts";
import { createInteractionPolicy, loadGrant } from "./grants.ts";
import { fetchClientKeys } from "./outbound.ts";
import type { ProviderPages } from "./pages.ts";
import { graphResource, graphScopes } from "./scopes.ts";
import type { SubjectOf } from "./subjects.ts";
import { tokenClaims } from "./token-claims.ts";

/** What the provider is made of. */
export interface ProviderParts {
  readonly config: IdentityConfig;
  readonly stores: IdentityStores;
  /** The form of a citizen ID that a client sees. */
  readonly subjectOf: SubjectOf;
  readonly pages: ProviderPages;
}

/** Lives in seconds. */
const minute = 60;
const hour = 60 * minute;
const lives = {
  accessToken: 5 * minute,
  code: minute,
  idToken: hour,
  interaction: 30 * minute,
  /** From one visit to the next; a session of somebody not signed in only carries a sign-out. */
  session: 12 * hour,
  emptySession: 10 * minute,
  refreshToken: 12 * hour,
  grant: 24 * hour,
} as const;

export function configure(parts: ProviderParts, signingKeys: readonly JWK[]): Configuration {
  const { config, stores, subjectOf, pages } = parts;
  const graph = graphResource(config);
  return {
    adapter: createAdapter(stores),
    clients: cityClients(config),
    clientDefaults,
    extraClientMetadata: ownClientMetadata,
    clientBasedCORS: allowsOrigin,
    clientAuthMethods: ["private_key_jwt", "none"],
    jwks: { keys: signingKeys },
    enabledJWA: algorithms,
    fetch: fetchClientKeys(config),
    fetchResponseBodyLimits: { jwks_uri: 64 * 1024 },
    cookies: cookies(config.cookieKey),
    discovery: { ui_locales_supported: languages satisfies readonly Language[] },
    responseTypes: ["code"],
    pkce: { required: () => true },
    allowOmittingSingleRegisteredRedirectUri: false,
    scopes: ["openid", "offline_access"],
    claims: { openid: ["sub"], acr: null, auth_time: null, iss: null, sid: null },
    subjectTypes: ["pairwise"],
    pairwiseIdentifier: (_context, citizenId, client) => subjectOf(citizenId, client),
    // Pairwise subjects follow `sector`, not the hosts of redirect URIs.
    sectorIdentifierUriValidate: () => false,
    findAccount: async (_context, citizenId) =>
      (await hasAccount(stores.database, citizenId))
        ? { accountId: citizenId, claims: () => ({ sub: citizenId }) }
        : undefined,
    extraTokenClaims: tokenClaims,
    loadExistingGrant: (context) => loadGrant(context, graph),
    interactions: { policy: createInteractionPolicy(), url: (_context, { uid }) => `/interaction/${uid}` },
    features: features(graph, pages),
    renderError: pages.error,
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
  AccessToken: lives.accessToken,
  AuthorizationCode: lives.code,
  IdToken: lives.idToken,
  Interaction: lives.interaction,
  Session: (_context, session) => (session.accountId ? lives.session : lives.emptySession),
  RefreshToken: lives.refreshToken,
  Grant: lives.grant,
};

const algorithms: Configuration["enabledJWA"] = {
  idTokenSigningAlgValues: ["ES256"],
  userinfoSigningAlgValues: ["ES256"],
  clientAuthSigningAlgValues: ["ES256"],
};

function features(graph: string, pages: ProviderPages): NonNullable<Configuration["features"]> {
  return {
    devInteractions: { enabled: false },
    // The graph does not bind tokens to keys yet; what it would not check is not offered.
    dPoP: { enabled: false },
    revocation: {
      enabled: true,
      allowedPolicy: async (_context, client, token) => token.clientId === client.clientId,
    },
    rpInitiatedLogout: { enabled: true, logoutSource: pages.signOut, postLogoutSuccessSource: pages.signedOut },
    resourceIndicators: {
      enabled: true,
      defaultResource: async () => undefined,
      useGrantedResource: async () => true,
      getResourceServerInfo: async (_context, resource) => {
        if (resource !== graph) throw new errors.InvalidTarget();
        return {
          scope: graphScopes.join(" "),
          audience: graph,
          accessTokenTTL: lives.accessToken,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "ES256" } },
        };
      },
    },
  };
}
