/** A real OpenID provider with bare pages of its own, whose accounts are whatever name is typed in. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Server } from "node:http";
import { exportJWK, generateKeyPair } from "jose";
import Provider, { type Configuration } from "oidc-provider";
import { revocationStreamPath } from "../../trust/security-event.ts";
import { createRevocationStream } from "./issuer.ts";
import { subgraphNames } from "./subgraphs.ts";

export interface TestProvider {
  readonly issuer: string;
  close(): Promise<void>;
}

/** Starts a provider on `port` that knows GraphiQL of the gateway at `gatewayUrl`. */
export async function startProvider(port: number, gatewayUrl: string): Promise<TestProvider> {
  const issuer = `http://localhost:${port}`;
  const provider = new Provider(issuer, await configuration(gatewayUrl));
  const revocations = createRevocationStream();
  provider.use(async (context, next) => {
    if (context.path !== revocationStreamPath) return await next();
    context.respond = false;
    revocations.open(context.res);
  });
  const server: Server = provider.listen(port, "localhost");
  await once(server, "listening");
  return {
    issuer,
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function configuration(gatewayUrl: string): Promise<Configuration> {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const scope = subgraphNames.map((name) => `${name}:read`).join(" ");
  return {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: "1", alg: "ES256", use: "sig" }] },
    cookies: { keys: ["for this test alone"] },
    extraTokenClaims: () => ({ sector: "government" }),
    pkce: { required: () => true },
    clientBasedCORS: (_context, origin, client) => client.clientId === "graphiql" && origin === gatewayUrl,
    clients: [
      {
        client_id: "graphiql",
        token_endpoint_auth_method: "none",
        id_token_signed_response_alg: "ES256",
        require_pushed_authorization_requests: true,
        dpop_bound_access_tokens: true,
        redirect_uris: [`${gatewayUrl}/graphiql/callback`],
        post_logout_redirect_uris: [`${gatewayUrl}/graphql`],
      },
    ],
    features: {
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, resource) => ({
          scope,
          audience: resource,
          accessTokenTTL: 300,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "ES256" } },
        }),
      },
    },
  };
}
