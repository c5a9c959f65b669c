/** The code flow of a program that opens the citizen's browser: the city's client `cli`. */
import { exportJWK } from "jose";
import * as client from "openid-client";
import type { Credentials } from "../../city/client/credentials.ts";
import type { City } from "./city.ts";

export interface CodeFlow {
  /** Where the browser goes. */
  readonly url: string;
  /** Turns the address to which the browser came back into the right to ask the graph. */
  redeem(callback: URL): Promise<Credentials>;
}

const scope = "openid citizen:read health:read pension:read employment:read utilities:read";

/** Begins a sign-in; every call is a new one. */
export async function startCodeFlow(city: Pick<City, "identity" | "graph">): Promise<CodeFlow> {
  const configuration = await client.discovery(new URL(city.identity), "cli", undefined, client.None(), {
    execute: [client.allowInsecureRequests],
  });
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const keys = await client.randomDPoPKeyPair("ES256", { extractable: true });
  const proofs = { DPoP: client.getDPoPHandle(configuration, keys) };
  const request = {
    redirect_uri: "http://localhost/callback",
    scope,
    resource: city.graph,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    state: expectedState,
  };
  const url = await client.buildAuthorizationUrlWithPAR(configuration, request, proofs);
  return {
    url: url.href,
    redeem: async (callback) => {
      const checks = { pkceCodeVerifier, expectedState };
      const parameters = { resource: city.graph };
      const tokens = await client.authorizationCodeGrant(configuration, callback, checks, parameters, proofs);
      return { accessToken: tokens.access_token, tokenType: "DPoP", dpopJwk: await exportJWK(keys.privateKey) };
    },
  };
}
