/** Clients and protected resources as an operator registers them. */
import * as oidc from "openid-client";
import { type Metadata, proofs, registerFapi2, type TestClient } from "./client.ts";
import type { TestIdentity } from "./identity.ts";

export const tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";
export const deviceCode = "urn:ietf:params:oauth:grant-type:device_code";

/**
 * A department's client with a key of its own, in the sector of the departments.
 *
 * @param metadata RFC 7591 members beside those of every such client
 */
export async function registerConfidential(
  identity: TestIdentity,
  clientId: string,
  metadata: Metadata,
): Promise<TestClient> {
  return await registerFapi2(identity, clientId, { sector: "government", ...metadata });
}

/** A client of the city that no browser comes back to: a service, the server of a resource. */
export async function registerService(
  identity: TestIdentity,
  clientId: string,
  metadata: Metadata = {},
): Promise<TestClient> {
  const plain = { grant_types: [], response_types: [], redirect_uris: [] };
  return await registerConfidential(identity, clientId, { ...plain, ...metadata });
}

/** A token in the client's own name. */
export async function ownToken(client: TestClient, parameters: Record<string, string>) {
  return await oidc.clientCredentialsGrant(client.configuration, parameters, proofs(client));
}

/** What any other grant gives. */
export async function request(client: TestClient, grantType: string, parameters: Record<string, string>) {
  return await oidc.genericGrantRequest(client.configuration, grantType, parameters, proofs(client));
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
