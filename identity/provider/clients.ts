/** The city's own clients, and what holds for every client. */
import { type AllClientMetadata, type Client, type ClientMetadata, errors } from "oidc-provider";
import { type DelegationKind, delegationKinds } from "../../trust/delegation.ts";
import { governmentSector, sectorPattern } from "../../trust/pseudonym.ts";
import type { IdentityConfig } from "../config.ts";
import {
  grantMetadataFault,
  grantMetadataNames,
  grantMetadataOf,
  metadataOf,
  registrationNames,
} from "./client-metadata.ts";
import { applyProfile, unsaidSettings } from "./profiles.ts";

type ClientUrls = Pick<IdentityConfig, "issuer" | "portalUrl" | "gatewayUrl">;

/** Where the portal publishes the public half of its client key (RFC 7591, `jwks_uri`). */
export function portalKeysUrl({ portalUrl }: Pick<IdentityConfig, "portalUrl">): string {
  return `${portalUrl}/.well-known/jwks.json`;
}

/** Where the portal takes logout tokens (OpenID Connect Back-Channel Logout 1.0). */
export function portalLogoutUrl({ portalUrl }: Pick<IdentityConfig, "portalUrl">): string {
  return `${portalUrl}/back-channel-logout`;
}

/** The clients that are part of the city: a citizen who signs in to one of them is asked for nothing more. */
export function cityClients(config: ClientUrls): ClientMetadata[] {
  return [
    {
      client_id: "portal",
      redirect_uris: [`${config.portalUrl}/callback`],
      post_logout_redirect_uris: [`${config.portalUrl}/`],
      grant_types: ["authorization_code", "refresh_token"],
      token_endpoint_auth_signing_alg: "ES256",
      jwks_uri: portalKeysUrl(config),
      backchannel_logout_uri: portalLogoutUrl(config),
      backchannel_logout_session_required: true,
      sector: governmentSector,
      delegation_kinds: [...delegationKinds],
      profile: "fapi2",
    },
    {
      client_id: "graphiql",
      redirect_uris: [`${config.gatewayUrl}/graphiql/callback`],
      post_logout_redirect_uris: [`${config.gatewayUrl}/graphql`],
      sector: governmentSector,
      profile: "public",
    },
    {
      client_id: "cli",
      application_type: "native",
      redirect_uris: ["http://localhost/callback"],
      sector: governmentSector,
      profile: "public",
    },
    // Identity itself, as far as signing in to the account pages goes; its codes are never redeemed. A request that
    // identity sends to itself need not be pushed to itself first, and this profile opens no data.
    {
      client_id: accountClientId,
      redirect_uris: [`${config.issuer}${accountReturnPath}`],
      sector: governmentSector,
      profile: "oidc",
    },
  ];
}

/** The client through which a citizen signs in to identity's own account pages, and where that ends. */
export const accountClientId = "account";
export const accountReturnPath = "/account/return";

const cityClientIds: ReadonlySet<string> = new Set(["portal", "graphiql", "cli", accountClientId]);

/** Whether a client is the city's own. */
export function isCityClient({ clientId }: Pick<Client, "clientId">): boolean {
  return cityClientIds.has(clientId);
}

/** What a client is unless its metadata or its profile say otherwise: code flow only, ES256. */
export const clientDefaults: AllClientMetadata = {
  ...unsaidSettings,
  grant_types: ["authorization_code"],
  response_types: ["code"],
  response_modes: ["query"],
  id_token_signed_response_alg: "ES256",
  authorization_signed_response_alg: "ES256",
  introspection_signed_response_alg: "ES256",
  // Nothing about the person, unless the client is registered for it.
  scope: "openid offline_access",
};

/** The circle of trust that a client belongs to; it decides the form of the subject in its tokens. */
export function sectorOf(client: Client): string {
  return String(metadataOf(client).sector);
}

/** By which kinds of delegation somebody may come to a client for another; none unless its metadata name some. */
export function delegationKindsOf(client: Client): readonly DelegationKind[] {
  return grantMetadataOf(client).delegation_kinds ?? [];
}

/** Our own client metadata: `sector` and `profile`, which every client has, and what belongs to certain grants. */
export const ownClientMetadata = {
  properties: ["sector", "profile", ...grantMetadataNames, ...registrationNames],
  validator: (_context: unknown, key: string, value: unknown, metadata: ClientMetadata) => {
    if (key === "profile") return applyProfile(value, metadata);
    const fault = key === "sector" ? sectorFault(value) : grantMetadataFault(key, value);
    if (fault !== null) throw new errors.InvalidClientMetadata(fault);
    // Level 3 is promised of every caseworker, and only this profile is told of it.
    if (key === "audience" && value === "staff" && metadata.profile !== "fapi2") {
      throw new errors.InvalidClientMetadata("audience staff needs the profile fapi2");
    }
  },
};

function sectorFault(value: unknown): string | null {
  if (typeof value === "string" && sectorPattern.test(value)) return null;
  return "sector must name the sector of the client";
}

/**
 * Whether a web page of `origin` may call the token and userinfo endpoints for this client: only if the
 * client lives in browsers and at that origin.
 */
export function allowsOrigin(_context: unknown, origin: string, client: Client): boolean {
  if (client.clientAuthMethod !== "none") return false;
  return (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin);
}
