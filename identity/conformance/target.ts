/** A provider to run the plans against: identity as it is, on a database of its own, with the clients of the plans. */
import { exportJWK, generateKeyPair } from "jose";
import type { Database } from "../../platform/postgres.ts";
import type { TestDatabase } from "../../platform/test/server-database.ts";
import { portalLogoutUrl } from "../provider/clients.ts";
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
  // Identity calls no private address but the portal's, whose server takes the logout tokens of the clients here.
  const logoutUrl = portalLogoutUrl(identity.config);
  const register = (id: string, metadata: object) =>
    registerClient(identity.database, identity.config.portalUrl, id, metadata);
  const common = {
    issuer: identity.issuer,
    ...(await discover(identity.issuer)),
    citizen: aygul,
    logoutTokens: identity.portalLogouts.tokens,
  };
  return {
    oidc: {
      ...common,
      client: await register("conformance-first", oidcMetadata(logoutUrl)),
      secondClient: await register("conformance-second", oidcMetadata(logoutUrl)),
    },
    fapi2: {
      ...common,
      client: await register("conformance-fapi2-first", fapi2Metadata),
      secondClient: await register("conformance-fapi2-second", fapi2Metadata),
    },
    close: identity.close,
  };
}

function oidcMetadata(logoutUrl: string): object {
  return {
    profile: "oidc",
    scope: "openid offline_access profile email address phone",
    grant_types: ["authorization_code", "refresh_token"],
    backchannel_logout_uri: logoutUrl,
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
