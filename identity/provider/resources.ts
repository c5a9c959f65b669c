/** Which protected resources access tokens are made for, and with what scopes (RFC 8707). */
import { type Client, errors, type KoaContextWithOIDC, type ResourceServer as ProviderResource } from "oidc-provider";
import type { Queryable } from "../../platform/postgres.ts";
import { parseScopes } from "../../trust/caller.ts";
import { governmentSector } from "../../trust/pseudonym.ts";
import type { ReadAhead } from "../store/read-ahead.ts";
import { findResourceServer, type ResourceServer } from "../store/resource-servers.ts";
import { readGraphScopes } from "../store/scopes.ts";
import { grantMetadataOf } from "./client-metadata.ts";
import { sectorOf } from "./clients.ts";
import { mayUseGraph } from "./profiles.ts";
import { adminScope, graphResource, graphScopes, purposeScopesOf, streamScopes, streamsResource } from "./scopes.ts";

/** Life of an access token, in seconds. */
export const accessTokenSeconds = 5 * 60;

/** Finds a protected resource by its indicator, with the scopes that clients of a sector may ask for. */
export type FindResource = (resource: string, sector?: string) => Promise<ResourceServer | undefined>;

type Addresses = Parameters<typeof graphResource>[0] & Parameters<typeof streamsResource>[0];

/** The graph, streams of security events, and what the operator registered. */
export function createResources(addresses: Addresses, database: Queryable, ahead: ReadAhead): FindResource {
  const graph = graphResource(addresses);
  const streams = streamsResource(addresses);
  return async (resource, sector) => {
    if (resource === streams) {
      return { resource, sector: governmentSector, scopes: [], clientScopes: Object.values(streamScopes) };
    }
    if (resource !== graph) return await findResourceServer(database, ahead, resource);
    const ofSubgraphs = [...graphScopes, ...(await readGraphScopes(database, sector ?? null))];
    const forPurposes = sector === undefined ? [] : purposeScopesOf(sector);
    // In its own name a company asks about those who have allowed it a purpose, and nobody else asks for anybody.
    const clientScopes = forPurposes.length > 0 ? ofSubgraphs : [];
    return { resource, sector: governmentSector, scopes: [...ofSubgraphs, ...forPurposes], clientScopes };
  };
}

/**
 * What the provider asks about a resource. A sign-in gives tokens for the graph, and for identity's own administration
 * to clients that keep a key; tokens for other resources come from the client credentials grant, with the client's own
 * rights, or by exchange.
 */
export function resourceServerInfo(graph: string, admin: string, find: FindResource) {
  return async (context: KoaContextWithOIDC, resource: string, client: Client): Promise<ProviderResource> => {
    const byItself = isClientCredentials(context);
    if (!byItself && resource === admin && client.clientAuthMethod !== "none") return tokenTerms(admin, [adminScope]);
    if (!byItself && resource !== graph) throw new errors.InvalidTarget();
    if (resource === graph && !mayUseGraph(client)) throw new errors.InvalidTarget("the client may not use the graph");
    const server = await find(resource, sectorOf(client));
    if (!server) throw new errors.InvalidTarget();
    return tokenTerms(resource, byItself ? ownScopes(context, server, client) : server.scopes);
  };
}

/** Without a resource the client credentials grant would give a token that means nothing anywhere. */
export async function defaultResource(context: KoaContextWithOIDC): Promise<undefined> {
  if (isClientCredentials(context)) throw new errors.InvalidTarget("resource is required");
}

/** How access tokens for a resource are made (RFC 9068). */
export function tokenTerms(audience: string, scopes: readonly string[]): ProviderResource {
  return {
    scope: scopes.join(" "),
    audience,
    accessTokenTTL: accessTokenSeconds,
    accessTokenFormat: "jwt",
    jwt: { sign: { alg: "ES256" } },
  };
}

function isClientCredentials({ oidc }: KoaContextWithOIDC): boolean {
  return oidc.params?.grant_type === "client_credentials";
}

/** What of the resource's own-right scopes the client is registered for; asking for more is refused, not trimmed. */
function ownScopes({ oidc }: KoaContextWithOIDC, { clientScopes }: ResourceServer, client: Client): string[] {
  const registered = parseScopes(grantMetadataOf(client).client_credentials_scope);
  const allowed = clientScopes.filter((scope) => registered.has(scope));
  if (allowed.length === 0) throw new errors.InvalidTarget("the client has no rights of its own at this resource");
  const asked = [...parseScopes(oidc.params?.scope)];
  if (asked.length === 0) throw new errors.InvalidRequest("scope is required");
  const [beyond] = asked.filter((scope) => !allowed.includes(scope));
  if (beyond !== undefined) throw new errors.InvalidScope("requested scope is not allowed", beyond);
  return allowed;
}
