/**
 * The portal as a client of identity: OpenID Connect Core 1.0 by the FAPI 2.0 Security Profile, that is pushed
 * requests, PKCE, private_key_jwt and tokens bound to a key.
 */
import { createRemoteJWKSet, importJWK, type JWTVerifyGetKey } from "jose";
import * as oidc from "openid-client";
import type { Language } from "../../platform/i18n.ts";
import type { PortalConfig } from "../config.ts";
import type { Tokens } from "../session/sessions.ts";
import type { Possession } from "./possession.ts";

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
  /**
   * Where to send the citizen to sign in.
   *
   * @param wish what is to be different from how she is signed in already, if she is
   */
  begin(language: Language, wish: Wish): Promise<{ readonly url: URL; readonly attempt: Attempt }>;
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
  /** The keys with which identity signs. */
  keys(): Promise<JWTVerifyGetKey>;
  /** Where the citizen's session at identity ends; from there she comes back to the portal. */
  signOutUrl(idToken: string, language: Language): Promise<URL>;
}

/** The portal, as identity knows it. */
export const clientId = "portal";

/** She is asked for whom she acts, or has said that it is herself. */
export type ForWhom = "choose" | "self";

/** With what certainty she must sign in, in the parameters of OpenID Connect Core 1.0, 3.1.2.1 (RFC 9470, 4). */
export interface StepUp {
  readonly acr_values: string;
  /** Most seconds since she signed in. */
  readonly max_age?: number | undefined;
}

export interface Wish {
  readonly forWhom?: ForWhom | null;
  readonly stepUp?: StepUp | null;
}

/** By `prompt` of OpenID Connect Core 1.0, 3.1.2.1, and a parameter of identity's own. */
const choices = {
  choose: { prompt: "select_account" },
  self: { prompt: "select_account", acting_for: "self" },
} as const satisfies Record<ForWhom, object>;

/** Comes back to the landing page as `state` when identity has ended the session. */
export const signedOutState = "signed-out";

const subgraphs = ["citizen", "health", "pension", "employment", "utilities", "water", "power"];
// Without offline_access: the refresh token that identity gives the portal ends with the citizen's session there.
const scope = ["openid", ...subgraphs.map((name) => `${name}:read`)].join(" ");
const timeoutSeconds = 5;

type ProviderConfig = Pick<PortalConfig, "issuer" | "portalUrl" | "gatewayUrl" | "clientKey">;

/** Identity once it has been found, and what proves the portal's key to it. */
interface Connection {
  readonly client: oidc.Configuration;
  readonly proofs: Required<oidc.DPoPOptions>;
  readonly keys: JWTVerifyGetKey;
  /** Of the key that tokens are bound to. */
  readonly keyThumbprint: string;
}

export function createProvider(config: ProviderConfig, possession: Possession): Provider {
  const discovered = discoverOnce(config, possession);
  const resource = `${config.gatewayUrl}/graphql`;
  const redirect = { redirect_uri: `${config.portalUrl}/callback`, resource, scope };
  return {
    ready: discovered,
    begin: async (language, { forWhom, stepUp }) => {
      const { client, proofs } = await discovered();
      const attempt = newAttempt();
      const proof = { state: attempt.state, nonce: attempt.nonce, ...(await challenge(attempt)) };
      const request = {
        ...redirect,
        ...proof,
        ...(forWhom && choices[forWhom]),
        ...(stepUp && { acr_values: stepUp.acr_values }),
        ...(stepUp?.max_age !== undefined && { max_age: String(stepUp.max_age) }),
        ui_locales: language,
      };
      return { url: await oidc.buildAuthorizationUrlWithPAR(client, request, proofs), attempt };
    },
    finish: async (callback, { state, nonce, codeVerifier }) => {
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: codeVerifier };
      const { client, proofs, keyThumbprint } = await discovered();
      const answer = await oidc.authorizationCodeGrant(client, callback, checks, { resource }, proofs);
      if (answer.id_token === undefined) throw new Error("identity gave no ID token");
      return { idToken: answer.id_token, tokens: { ...tokensOf(answer, null), keyThumbprint } };
    },
    renew: async (tokens) => await renewAt(await discovered(), tokens, resource),
    revoke: async (tokens) => await revokeAt(await discovered(), tokens),
    keys: async () => (await discovered()).keys,
    signOutUrl: async (idToken, language) =>
      oidc.buildEndSessionUrl((await discovered()).client, {
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

async function renewAt(
  { client, proofs, keyThumbprint }: Connection,
  { refreshToken }: Tokens,
  resource: string,
): Promise<Tokens | null> {
  if (refreshToken === null) return null;
  try {
    const answer = await oidc.refreshTokenGrant(client, refreshToken, { resource }, proofs);
    return { ...tokensOf(answer, refreshToken), keyThumbprint };
  } catch (error) {
    if (error instanceof oidc.ResponseBodyError && error.error === "invalid_grant") return null;
    throw error;
  }
}

async function revokeAt({ client }: Connection, { refreshToken }: Tokens): Promise<void> {
  if (refreshToken === null || client.serverMetadata().revocation_endpoint === undefined) return;
  await oidc.tokenRevocation(client, refreshToken, { token_type_hint: "refresh_token" });
}

/** Finds identity at the first call that succeeds: the portal may start before it. */
function discoverOnce(config: ProviderConfig, { keyPair, keyThumbprint }: Possession): () => Promise<Connection> {
  let found: Promise<Connection> | undefined;
  const connect = async () => {
    const client = await discover(config);
    const keys = createRemoteJWKSet(new URL(String(client.serverMetadata().jwks_uri)), {
      timeoutDuration: timeoutSeconds * 1_000,
    });
    return { client, keys, proofs: { DPoP: oidc.getDPoPHandle(client, keyPair) }, keyThumbprint };
  };
  return () => {
    found ??= connect().catch((error: unknown) => {
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
    clientId,
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
