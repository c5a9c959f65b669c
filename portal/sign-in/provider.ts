/** The portal as a client of identity (OpenID Connect Core 1.0, code flow with PKCE, private_key_jwt). */
import { importJWK } from "jose";
import * as oidc from "openid-client";
import type { Language } from "../../platform/i18n.ts";
import type { PortalConfig } from "../config.ts";
import type { Tokens } from "../session/sessions.ts";

/** What must come back unchanged for a sign-in to count. */
export interface Attempt {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** Identity, as the portal uses it. Every function rejects while identity cannot be reached. */
export interface Provider {
  /** Resolves once identity has been found. */
  ready(): Promise<unknown>;
  /** Where to send the citizen to sign in. */
  begin(language: Language): Promise<{ readonly url: URL; readonly attempt: Attempt }>;
  /**
   * Redeems the code that came back to `callback`.
   *
   * @throws oidc.AuthorizationResponseError when identity reports an error, oidc.ResponseBodyError when
   *   it refuses the code, oidc.ClientError when the answer fails a check.
   */
  finish(callback: URL, attempt: Attempt): Promise<{ readonly idToken: string; readonly tokens: Tokens }>;
  /** Fresh tokens, or null when identity grants no more. */
  renew(tokens: Tokens): Promise<Tokens | null>;
  /** Makes the refresh token worthless. */
  revoke(tokens: Tokens): Promise<void>;
  /** Where the citizen's session at identity ends; from there she comes back to the portal. */
  signOutUrl(idToken: string, language: Language): Promise<URL>;
}

/** Comes back to the landing page as `state` when identity has ended the session. */
export const signedOutState = "signed-out";

const subgraphs = ["citizen", "health", "pension", "employment", "utilities"];
// Without offline_access: the refresh token that identity gives the portal ends with the citizen's session there.
const scope = ["openid", ...subgraphs.map((name) => `${name}:read`)].join(" ");
const timeoutSeconds = 5;

type ProviderConfig = Pick<PortalConfig, "issuer" | "portalUrl" | "gatewayUrl" | "clientKey">;

export function createProvider(config: ProviderConfig): Provider {
  const discovered = discoverOnce(config);
  const resource = `${config.gatewayUrl}/graphql`;
  const redirect = { redirect_uri: `${config.portalUrl}/callback`, resource, scope };
  return {
    ready: discovered,
    begin: async (language) => {
      const client = await discovered();
      const attempt = newAttempt();
      const proof = { state: attempt.state, nonce: attempt.nonce, ...(await challenge(attempt)) };
      const url = oidc.buildAuthorizationUrl(client, { ...redirect, ...proof, ui_locales: language });
      return { url, attempt };
    },
    finish: async (callback, { state, nonce, codeVerifier }) => {
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: codeVerifier };
      const answer = await oidc.authorizationCodeGrant(await discovered(), callback, checks, { resource });
      if (answer.id_token === undefined) throw new Error("identity gave no ID token");
      return { idToken: answer.id_token, tokens: tokensOf(answer, null) };
    },
    renew: async (tokens) => await renewAt(await discovered(), tokens, resource),
    revoke: async (tokens) => await revokeAt(await discovered(), tokens),
    signOutUrl: async (idToken, language) =>
      oidc.buildEndSessionUrl(await discovered(), {
        id_token_hint: idToken,
        post_logout_redirect_uri: `${config.portalUrl}/`,
        state: signedOutState,
        ui_locales: language,
      }),
  };
}

function newAttempt(): Attempt {
  return { state: oidc.randomState(), nonce: oidc.randomNonce(), codeVerifier: oidc.randomPKCECodeVerifier() };
}

async function challenge({ codeVerifier }: Attempt) {
  return { code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier), code_challenge_method: "S256" };
}

async function renewAt(client: oidc.Configuration, tokens: Tokens, resource: string): Promise<Tokens | null> {
  if (tokens.refreshToken === null) return null;
  try {
    return tokensOf(await oidc.refreshTokenGrant(client, tokens.refreshToken, { resource }), tokens.refreshToken);
  } catch (error) {
    if (error instanceof oidc.ResponseBodyError && error.error === "invalid_grant") return null;
    throw error;
  }
}

async function revokeAt(client: oidc.Configuration, { refreshToken }: Tokens): Promise<void> {
  if (refreshToken === null || client.serverMetadata().revocation_endpoint === undefined) return;
  await oidc.tokenRevocation(client, refreshToken, { token_type_hint: "refresh_token" });
}

/** Finds identity at the first call that succeeds: the portal may start before it. */
function discoverOnce(config: ProviderConfig): () => Promise<oidc.Configuration> {
  let found: Promise<oidc.Configuration> | undefined;
  return () => {
    found ??= discover(config).catch((error: unknown) => {
      found = undefined;
      throw error;
    });
    return found;
  };
}

async function discover({ issuer, clientKey }: ProviderConfig): Promise<oidc.Configuration> {
  const key = await importJWK(clientKey, clientKey.alg);
  if (key instanceof Uint8Array) throw new TypeError("the client key is not an asymmetric key");
  const plain = issuer.startsWith("http:") ? [oidc.allowInsecureRequests] : [];
  return await oidc.discovery(
    new URL(issuer),
    "portal",
    { id_token_signed_response_alg: "ES256" },
    oidc.PrivateKeyJwt({ key, kid: clientKey.kid }),
    // Over plain HTTP on one machine the signature of the ID token is its only proof; over TLS it costs nothing.
    { execute: [...plain, oidc.enableNonRepudiationChecks], timeout: timeoutSeconds },
  );
}

type TokenAnswer = oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers;

function tokensOf(answer: TokenAnswer, previousRefreshToken: string | null): Tokens {
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? previousRefreshToken,
    expiresAt: Math.floor(Date.now() / 1000) + (answer.expiresIn() ?? 0),
  };
}
