/** A provider to run the plans against: identity as it is, on a database of its own, with the clients of the plans. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { exportJWK, generateKeyPair } from "jose";
import type { Database } from "../../platform/postgres.ts";
import { freePort } from "../../platform/test/ports.ts";
import type { TestDatabase } from "../../platform/test/server-database.ts";
import { aygul } from "../test/support/citizens.ts";
import { startTestIdentity } from "../test/support/identity.ts";
import { type Client, discover, type ProviderUnderTest } from "./provider-under-test.ts";

/** Providers by the profile of their clients. */
export interface Targets {
  readonly oidc: ProviderUnderTest;
  readonly fapi2: ProviderUnderTest;
  close(): Promise<void>;
}

export async function startTargets(database?: TestDatabase): Promise<Targets> {
  const identity = await startTestIdentity(database);
  const receiver = await startReceiver();
  const register = (id: string, metadata: object) => registerClient(identity.database, receiver.url, id, metadata);
  const common = {
    issuer: identity.issuer,
    ...(await discover(identity.issuer)),
    citizen: aygul,
    logoutTokens: receiver.logoutTokens,
  };
  return {
    oidc: {
      ...common,
      client: await register("conformance-first", oidcMetadata(receiver.url)),
      secondClient: await register("conformance-second", oidcMetadata(receiver.url)),
    },
    fapi2: {
      ...common,
      client: await register("conformance-fapi2-first", fapi2Metadata),
      secondClient: await register("conformance-fapi2-second", fapi2Metadata),
    },
    close: async () => {
      await identity.close();
      receiver.server.close();
    },
  };
}

function oidcMetadata(receiverUrl: string): object {
  return {
    profile: "oidc",
    scope: "openid offline_access profile email address phone",
    grant_types: ["authorization_code", "refresh_token"],
    backchannel_logout_uri: `${receiverUrl}/back-channel-logout`,
    backchannel_logout_session_required: true,
  };
}

const fapi2Metadata: object = {
  profile: "fapi2",
  scope: "openid offline_access profile",
  grant_types: ["authorization_code", "refresh_token"],
};

async function registerClient(database: Database, url: string, id: string, own: object): Promise<Client> {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const client = {
    id,
    key: privateKey,
    redirectUri: `${url}/${id}/callback`,
    postLogoutRedirectUri: `${url}/${id}/signed-out`,
  };
  const metadata = {
    client_name: id,
    sector: id,
    redirect_uris: [client.redirectUri],
    post_logout_redirect_uris: [client.postLogoutRedirectUri],
    token_endpoint_auth_method: "private_key_jwt",
    token_endpoint_auth_signing_alg: "ES256",
    jwks: { keys: [{ ...(await exportJWK(publicKey)), alg: "ES256", use: "sig" }] },
    ...own,
  };
  await database.query("INSERT INTO oidc_client (client_id, metadata) VALUES ($1, $2)", [id, JSON.stringify(metadata)]);
  return client;
}

/** The clients' server: takes logout tokens (Back-Channel Logout 1.0, 2.5). */
async function startReceiver(): Promise<{ url: string; logoutTokens: string[]; server: Server }> {
  const logoutTokens: string[] = [];
  const port = await freePort();
  const server = createServer(async (request, response) => {
    const token = new URLSearchParams(await bodyOf(request)).get("logout_token");
    if (token !== null) logoutTokens.push(token);
    response.setHeader("cache-control", "no-store").end();
  }).listen(port, "localhost");
  await once(server, "listening");
  return { url: `http://localhost:${port}`, logoutTokens, server };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  return body;
}
