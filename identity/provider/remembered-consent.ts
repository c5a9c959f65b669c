/** Decisions of a citizen that outlive her session: she is not asked twice for the same (PIPL art. 14 and 15). */
import type { Grant, KoaContextWithOIDC } from "oidc-provider";
import type { Queryable } from "../../platform/postgres.ts";
import { actingForOf } from "../delegation/acting-grant.ts";
import { type Consent, findConsent } from "../store/consents.ts";
import { scopeOfClaim } from "./claims.ts";

/**
 * Adds to a grant what she decided before about the scopes that are asked for now; makes the grant when there is none.
 * Asked about anew are native clients, since any program may pose as one, devices, since somebody else may have sent
 * her the code (RFC 8628, 5.4), and what she decides for another person, which is not hers to decide for ever.
 */
export async function recallConsent(
  context: KoaContextWithOIDC,
  database: Queryable,
  given: Grant | undefined,
): Promise<Grant | undefined> {
  const { client, session, provider, entities } = context.oidc;
  if (!client || !session?.accountId || client.applicationType === "native") return given;
  if (actingForOf(given) || entities.DeviceCode) return given;
  const consent = await findConsent(database, session.accountId, client.clientId);
  if (!consent) return given;
  const grant = given ?? new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  if (applyConsent(context, grant, consent) || !given) await grant.save();
  return grant;
}

/** @returns whether the grant has changed */
function applyConsent({ oidc }: KoaContextWithOIDC, grant: Grant, { scopes, declined }: Consent): boolean {
  const known = grant.getOIDCScopeEncountered().split(" ");
  const asked = [...oidc.requestParamOIDCScopes].filter((scope) => !known.includes(scope));
  const knownClaims = grant.getOIDCClaimsEncountered();
  const askedClaims = [...oidc.requestParamClaims].filter((claim) => !knownClaims.includes(claim));
  const isIn = (list: readonly string[]) => (scope: string) => list.includes(scope);
  const ofScope = (list: readonly string[]) => (claim: string) => list.includes(scopeOfClaim(claim) ?? "");
  let changed = false;
  const add = (names: string[], put: (names: string[]) => void) => {
    if (names.length === 0) return;
    put(names);
    changed = true;
  };
  add(asked.filter(isIn(scopes)), (names) => grant.addOIDCScope(names));
  add(asked.filter(isIn(declined)), (names) => grant.rejectOIDCScope(names));
  add(askedClaims.filter(ofScope(scopes)), (names) => grant.addOIDCClaims(names));
  for (const [resource, server] of Object.entries(oidc.resourceServers ?? {})) {
    const encountered = grant.getResourceScopeEncountered(resource).split(" ");
    const wanted = [...oidc.requestParamScopes].filter(
      (scope) => server.scopes.has(scope) && !encountered.includes(scope),
    );
    add(wanted.filter(isIn(scopes)), (names) => grant.addResourceScope(resource, names));
    add(wanted.filter(isIn(declined)), (names) => grant.rejectResourceScope(resource, names));
  }
  return changed;
}
