/** The code flow of a program that opens the citizen's browser: the city's client `cli`. */
import * as client from "openid-client";
import type { City } from "./city.ts";

export interface CodeFlow {
  /** Where the browser goes. */
  readonly url: string;
  /** Turns the address to which the browser came back into an access token. */
  redeem(callback: URL): Promise<string>;
}

const scope = "openid citizen:read health:read pension:read employment:read utilities:read";

/** Begins a sign-in; every call is a new one. */
export async function startCodeFlow(city: Pick<City, "identity" | "graph">): Promise<CodeFlow> {
  const configuration = await client.discovery(new URL(city.identity), "cli", undefined, client.None(), {
    execute: [client.allowInsecureRequests],
  });
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: "http://localhost/callback",
    scope,
    resource: city.graph,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    state: expectedState,
  });
  return {
    url: url.href,
    redeem: async (callback) => {
      const checks = { pkceCodeVerifier, expectedState };
      const tokens = await client.authorizationCodeGrant(configuration, callback, checks, { resource: city.graph });
      return tokens.access_token;
    },
  };
}
