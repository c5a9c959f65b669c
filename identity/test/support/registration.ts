/** Clients and protected resources as an operator registers them. */
import { exportJWK, generateKeyPair } from "jose";
import * as oidc from "openid-client";
import type { TestClient } from "./client.ts";
import type { TestIdentity } from "./identity.ts";

export const tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";
export const deviceCode = "urn:ietf:params:oauth:grant-type:device_code";

/**
 * A confidential client with a key of its own (`private_key_jwt`).
 *
 * @param metadata RFC 7591 members beside those of every such client
 */
export async function registerConfidential(
  { database, issuer, config }: TestIdentity,
  clientId: string,
  metadata: Readonly<Record<string, unknown>>,
): Promise<TestClient> {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const jwk = { ...(await exportJWK(publicKey)), kid: clientId, alg: "ES256", use: "sig" };
  const redirectUri = `${config.portalUrl}/${clientId}`;
  const whole = {
    client_name: clientId,
    redirect_uris: [redirectUri],
    token_endpoint_auth_method: "private_key_jwt",
    token_endpoint_auth_signing_alg: "ES256",
    jwks: { keys: [jwk] },
    sector: "government",
    ...metadata,
  };
  await database.query("INSERT INTO oidc_client (client_id, metadata) VALUES ($1, $2)", [
    clientId,
    JSON.stringify(whole),
  ]);
  const configuration = await oidc.discovery(
    new URL(issuer),
    clientId,
    { id_token_signed_response_alg: "ES256", ...whole },
    oidc.PrivateKeyJwt({ key: privateKey, kid: clientId }),
    { execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks] },
  );
  return { configuration, redirectUri };
}

/** A protected resource beside the graph. */
export async function registerResource(
  { database }: TestIdentity,
  server: { resource: string; sector: string; scopes?: readonly string[]; clientScopes?: readonly string[] },
): Promise<void> {
  await database.query(
    "INSERT INTO resource_server (resource, sector, scopes, client_scopes) VALUES ($1, $2, $3, $4)",
    [server.resource, server.sector, server.scopes ?? [], server.clientScopes ?? []],
  );
}
