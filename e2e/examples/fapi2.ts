/** A company's server as a client of the profile `fapi2`: pushed requests, a key for itself, a key for its tokens. */
import * as oidc from "openid-client";

/** @param key the private half of the key that the client's file names */
export async function connect(issuer: URL, clientId: string, key: CryptoKey) {
  const authentication = oidc.PrivateKeyJwt({ key, kid: "water-1" });
  const metadata = { id_token_signed_response_alg: "ES256" };
  // Only a city on this very machine speaks http.
  const execute = issuer.hostname === "localhost" ? [oidc.allowInsecureRequests] : [];
  const configuration = await oidc.discovery(issuer, clientId, metadata, authentication, { execute });
  // Tokens are bound to this key: whoever steals them without it holds nothing. Keep it as long as they live.
  const DPoP = oidc.getDPoPHandle(configuration, await oidc.randomDPoPKeyPair("ES256"));
  return { configuration, proofs: { DPoP } };
}

export type Connection = Awaited<ReturnType<typeof connect>>;

/** Send the browser to `url`, and keep `checks` in the visitor's own session. */
export async function startSignIn({ configuration, proofs }: Connection, request: Record<string, string>) {
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const expectedState = oidc.randomState();
  const parameters = {
    ...request,
    state: expectedState,
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
  };
  const url = await oidc.buildAuthorizationUrlWithPAR(configuration, parameters, proofs);
  return { url, checks: { pkceCodeVerifier, expectedState } };
}

type Checks = Awaited<ReturnType<typeof startSignIn>>["checks"];

/** @param callback the whole address to which the browser came back */
export async function finishSignIn({ configuration, proofs }: Connection, callback: URL, checks: Checks) {
  return await oidc.authorizationCodeGrant(configuration, callback, checks, {}, proofs);
}

/** New tokens; the refresh token stays the same. */
export async function renew({ configuration, proofs }: Connection, refreshToken: string) {
  return await oidc.refreshTokenGrant(configuration, refreshToken, {}, proofs);
}
