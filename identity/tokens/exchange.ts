/**
 * Token exchange (RFC 8693): a client of the city turns an access token that was given to it, or that it received as
 * the server of a resource, into one for another resource. It never gains by that: scopes only shrink, the end never
 * moves out, and every client on the way stays named.
 */
import { randomUUID } from "node:crypto";
import { type Client, errors, type Provider, type TokenEndpointGrantContext } from "oidc-provider";
import { checkDpopReplay, validateDpop } from "oidc-provider/lib/helpers/grants.js";
import { grantMetadataOf } from "../provider/client-metadata.ts";
import { accessTokenSeconds, type FindResource } from "../provider/resources.ts";
import type { Sign } from "../provider/sign.ts";
import type { Sectors } from "../sectors/sectors.ts";
import type { ResourceServer } from "../store/resource-servers.ts";
import type { LiveAccessToken, ReadAccessToken } from "./access-tokens.ts";
import { actorClaim } from "./actors.ts";
import { accessTokenType, exchangeParameters, readExchange, tokenExchangeGrant } from "./exchange-request.ts";
import { assertExchangeable, narrowedScopes, nextActors, renaming } from "./exchange-rules.ts";

export interface ExchangeParts {
  readonly issuer: string;
  readonly sign: Sign;
  readonly read: ReadAccessToken;
  readonly findResource: FindResource;
  /** Identity's own administration, which nobody reaches through another's hands. */
  readonly administration: string;
  readonly sectors: Pick<Sectors, "pseudonymsOf">;
}

/** Adds the grant to a provider. */
export function addTokenExchange(provider: Provider, parts: ExchangeParts): void {
  provider.registerGrantType(tokenExchangeGrant, (context) => exchange(context, parts), exchangeParameters);
}

async function exchange(context: TokenEndpointGrantContext, parts: ExchangeParts): Promise<void> {
  const { client, params } = context.oidc;
  if (client.clientAuthMethod === "none") throw new errors.UnauthorizedClient("public clients exchange nothing");
  const request = readExchange(params);
  const subject = await parts.read(request.subjectToken);
  if (!subject) throw new errors.InvalidRequest("subject_token is no access token, or is good no more");
  assertExchangeable(subject, client);
  const target = await targetOf(parts, client, request.target);
  const scopes = narrowedScopes(subject.claims.scope, target.scopes, request.scope);
  const claims = { ...successorClaims(subject, client, target, parts.sectors), scope: scopes.join(" ") };
  const thumbprint = await possession(context, subject);
  const issuedAt = Math.floor(Date.now() / 1000);
  const expiresIn = Math.min(accessTokenSeconds, subject.claims.exp - issuedAt);
  if (expiresIn < 1) throw new errors.InvalidRequest("subject_token has expired");
  const life = { iss: parts.issuer, jti: randomUUID(), iat: issuedAt, exp: issuedAt + expiresIn };
  const binding = thumbprint === undefined ? {} : { cnf: { jkt: thumbprint } };
  context.body = {
    access_token: await parts.sign("at+jwt", { ...claims, ...life, ...binding }),
    issued_token_type: accessTokenType,
    token_type: thumbprint === undefined ? "Bearer" : "DPoP",
    expires_in: expiresIn,
    scope: claims.scope,
  };
}

async function targetOf(parts: ExchangeParts, client: Client, resource: string): Promise<ResourceServer> {
  const { findResource, administration } = parts;
  const isAllowed = resource !== administration && grantMetadataOf(client).token_exchange_audiences?.includes(resource);
  const server = isAllowed ? await findResource(resource) : undefined;
  if (!server) throw new errors.InvalidTarget("the client may not exchange tokens for this resource");
  return server;
}

/** What the new token says of her, of its ancestry and of how she signed in; a caseworker's stays a caseworker's. */
function successorClaims(
  { claims }: LiveAccessToken,
  client: Client,
  { resource, sector }: ResourceServer,
  sectors: ExchangeParts["sectors"],
) {
  if (claims.sector === undefined) throw new errors.InvalidRequest("subject_token does not say its sector");
  const rename = renaming(sectors, claims.sector, sector);
  const { acr, amr, auth_time: authTime, sid, grant, withheld, department, role } = claims;
  const mayAct = grantMetadataOf(client).may_act;
  return {
    sub: rename(claims.sub),
    aud: resource,
    client_id: client.clientId,
    sector,
    act: actorClaim(nextActors({ claims }, client).map(rename)),
    exchanged_from: [claims.jti, ...claims.exchanged_from],
    ...Object.fromEntries(
      Object.entries({ acr, amr, auth_time: authTime, sid, grant, withheld, department, role }).filter(
        ([, value]) => value !== undefined,
      ),
    ),
    ...(mayAct !== undefined && { may_act: { sub: mayAct } }),
  };
}

/**
 * The key that the new token is bound to (RFC 9449): the one that the client proves. A token that is bound, be it to a
 * certificate (RFC 8705), never becomes one that anybody can use, and the client's own stays bound to the same key.
 *
 * @returns its thumbprint; undefined for a bearer token
 */
async function possession(
  context: TokenEndpointGrantContext,
  { claims }: LiveAccessToken,
): Promise<string | undefined> {
  const { client, provider } = context.oidc;
  const proof = await validateDpop(provider, context);
  const bound = claims.cnf?.jkt;
  if (!proof) {
    const isBound = bound !== undefined || claims.cnf?.["x5t#S256"] !== undefined;
    if (!isBound && !client.dpopBoundAccessTokens && !client.tlsClientCertificateBoundAccessTokens) return undefined;
    throw new errors.InvalidDpopProof("DPoP proof JWT not provided");
  }
  if (bound !== undefined && claims.client_id === client.clientId && bound !== proof.thumbprint) {
    throw new errors.InvalidDpopProof("subject_token is bound to another key");
  }
  await checkDpopReplay(provider, context, proof, client.clientId);
  return proof.thumbprint;
}
