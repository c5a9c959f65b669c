/** What a client has been granted, and who must be asked. */
import { type Grant, interactionPolicy, type KoaContextWithOIDC } from "oidc-provider";
import { z } from "zod";
import type { Queryable } from "../../platform/postgres.ts";
import { noteActing } from "../delegation/acted-before.ts";
import { actingForOf, mayCarry } from "../delegation/acting-grant.ts";
import { addChoiceOfPerson } from "../delegation/choice-policy.ts";
import type { Consent } from "../store/consents.ts";
import { readGraphScopes } from "../store/scopes.ts";
import { scopeOfClaim } from "./claims.ts";
import { isForStaff } from "./client-metadata.ts";
import { isCityClient, sectorOf } from "./clients.ts";
import { recallConsent } from "./remembered-consent.ts";
import { adminResource, adminScope, graphScopes } from "./scopes.ts";
import { addStepUp } from "./step-up.ts";
import type { SubjectOf } from "./subjects.ts";

/** The grant that came of a page: consent, or the choice for whom she acts. */
const grantOfPage = z.object({ grantId: z.string().optional() }).catch({});

/**
 * The grant of the client that asks: the one the citizen gave in this session, with what she decided in earlier
 * ones. A client of the city has one without asking, for it is the city that signs her in. At a device that others
 * use too she decides for one connection, and is asked at the next.
 *
 * @param resource the graph
 */
export async function loadGrant(
  context: KoaContextWithOIDC,
  database: Queryable,
  resource: string,
): Promise<Grant | undefined> {
  const { client, session, result, provider, entities } = context.oidc;
  if (!client || !session?.accountId) return undefined;
  const chosen = grantOfPage.parse(result?.select_account).grantId;
  const ofSession = entities.DeviceCode ? undefined : session.grantIdFor(client.clientId);
  const grantId = result?.consent?.grantId ?? chosen ?? ofSession;
  const given = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  if (given) noteActing(session, client.clientId, Boolean(actingForOf(given)));
  // What a client for caseworkers may do, the department has settled; no citizen is asked for it.
  if (!isCityClient(client) && !isForStaff(client)) return await recallConsent(context, database, given);
  if (given) return given;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  // Whether she is one of the administrators is asked with every request there.
  if (isForStaff(client)) grant.addResourceScope(adminResource({ issuer: provider.issuer }), adminScope);
  await grantToCity(grant, resource, isForStaff(client) ? [] : await readGraphScopes(database, sectorOf(client)));
  return grant;
}

/**
 * Gives a client of the city what it needs.
 *
 * @param registered scopes of the graph that the operator registered, a company's for one
 */
export async function grantToCity(grant: Grant, resource: string, registered: readonly string[]): Promise<void> {
  grant.addOIDCScope("openid");
  addResourceScopes(grant, resource, [...graphScopes, ...registered]);
  await grant.save();
}

/** Grants scopes of a resource, except what its holder may not be given for the person whom she acts for. */
export function addResourceScopes(grant: Grant, resource: string, scopes: readonly string[]): void {
  const { given, refused } = sortOut(grant, scopes);
  if (given.length > 0) grant.addResourceScope(resource, given);
  if (refused.length > 0) grant.rejectResourceScope(resource, refused);
}

/** The same for scopes of OpenID Connect. */
export function addOIDCScopes(grant: Grant, scopes: readonly string[]): void {
  const { given, refused } = sortOut(grant, scopes);
  if (given.length > 0) grant.addOIDCScope(given);
  if (refused.length > 0) grant.rejectOIDCScope(refused);
}

/** The same for claims that are asked for one by one. */
export function addOIDCClaims(grant: Grant, claims: readonly string[]): void {
  const { given, refused } = sortOut(grant, claims, (claim) => scopeOfClaim(claim) ?? "openid");
  if (given.length > 0) grant.addOIDCClaims(given);
  if (refused.length > 0) grant.rejectOIDCClaims(refused);
}

/** Makes a grant say what she has just answered, whatever she had answered before. */
export function applyAnswer(grant: Grant, { scopes, declined }: Consent): void {
  takeOut(grant.rejected?.resources, scopes);
  for (const [resource, names = ""] of Object.entries(grant.resources ?? {})) {
    const declinedHere = names.split(" ").filter((name) => declined.includes(name));
    if (declinedHere.length > 0) grant.rejectResourceScope(resource, declinedHere);
  }
  takeOut(grant.resources, declined);
}

function takeOut(scopesOf: Record<string, string> = {}, gone: readonly string[]): void {
  for (const [resource, names] of Object.entries(scopesOf)) scopesOf[resource] = without(names, gone);
}

function without(names: string, gone: readonly string[]): string {
  return names
    .split(" ")
    .filter((name) => !gone.includes(name))
    .join(" ");
}

/** What was refused has been answered: she is not asked again. */
function sortOut(grant: Grant, names: readonly string[], scopeOf = (name: string) => name) {
  const actingFor = actingForOf(grant);
  const isGiven = (name: string) => mayCarry(actingFor, scopeOf(name));
  return { given: names.filter(isGiven), refused: names.filter((name) => !isGiven(name)) };
}

/** When the citizen is shown a page: the library's rules, with our exceptions, and the choice for whom. */
export function createInteractionPolicy(database: Queryable, subjectOf: SubjectOf): interactionPolicy.DefaultPolicy {
  const { base, Check } = interactionPolicy;
  const policy = base();
  const prompt = policy.get("login");
  const login = prompt?.checks;
  const native = policy.get("consent")?.checks.get("native_client_prompt");
  if (!prompt || !login || !native) throw new Error("oidc-provider has no check native_client_prompt any more");
  // A session may outlive its account; whoever sits there then signs in again.
  login.add(
    new Check("account_gone", "the account has been removed", "login_required", ({ oidc }) =>
      Boolean(oidc.session?.accountId && !oidc.account),
    ),
  );
  addStepUp(prompt);
  // Any program may pose as a native client, so each sign-in of one asks (RFC 8252, 8.6): the city's own for the
  // password, which its CLI sends anyway, all others for consent.
  login.add(
    new Check("native_client_session", "a session does not answer for a native client", "login_required", ({ oidc }) =>
      Boolean(oidc.client?.applicationType === "native" && isCityClient(oidc.client) && !oidc.result?.login),
    ),
  );
  const asks = native.check;
  native.check = (context) => (context.oidc.client && isCityClient(context.oidc.client) ? false : asks(context));
  addChoiceOfPerson(policy, database, subjectOf);
  return policy;
}
