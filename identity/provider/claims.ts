/**
 * What a client can learn of a citizen in ID tokens and from the userinfo endpoint (OpenID Connect Core 1.0, 5):
 * only what she consented to, and only clients that are registered for it (`scope` of their metadata).
 */
import { type Account, type ClaimsParameter, type Client, errors, type KoaContextWithOIDC } from "oidc-provider";
import type { Queryable } from "../../platform/postgres.ts";
import { parseScopes } from "../../trust/caller.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";
import { type ActingFor, actingForIn } from "../delegation/acting-grant.ts";
import { principalName } from "../delegation/acting-right.ts";
import { findStaff } from "../staff/accounts.ts";
import { hasAccount } from "../store/accounts.ts";
import { type Profile, readProfile } from "../store/profiles.ts";
import type { ReadAhead } from "../store/read-ahead.ts";
import { isForStaff } from "./client-metadata.ts";
import type { SubjectOf } from "./subjects.ts";

/** Scopes about the person and the claims of each. Nobody's e-mail address is known: `email` gives nothing. */
const personalClaims = {
  profile: ["name", "birthdate", "locale"],
  phone: ["phone_number", "phone_number_verified"],
  address: ["address"],
  email: ["email", "email_verified"],
} as const;

type PersonalScope = keyof typeof personalClaims;

export const personalScopes = Object.keys(personalClaims) as readonly PersonalScope[];

/** The provider's `claims`: by scope, and those that say how and where she signed in. */
export const claimsByScope = {
  openid: ["sub", "act", "department", "role"],
  ...Object.fromEntries(Object.entries(personalClaims).map(([scope, claims]) => [scope, [...claims]])),
  acr: null,
  amr: null,
  auth_time: null,
  iss: null,
  sid: null,
};

/** The scope that a claim belongs to; null for what is not about the person. */
export function scopeOfClaim(claim: string): PersonalScope | null {
  return personalScopes.find((scope) => personalClaims[scope].some((name) => name === claim)) ?? null;
}

/** What the claims are made of. */
interface ClaimSources {
  readonly database: Queryable;
  readonly ahead: ReadAhead;
  readonly subjectOf: SubjectOf;
}

/**
 * The account of the person who is really there; undefined when there is none (any more). When she acts for another,
 * `act` names her (RFC 8693, 4.1) and everything else is about that person: `sub` becomes the subject of the token
 * in one place for all tokens (`pairwiseIdentifier`).
 */
export async function accountOf(
  context: KoaContextWithOIDC,
  accountId: RawCitizenId,
  sources: ClaimSources,
): Promise<Account | undefined> {
  const { client } = context.oidc;
  if (client && isForStaff(client)) return await staffAccountOf(accountId, sources);
  if (!(await hasAccount(sources.database, sources.ahead, accountId))) return undefined;
  return {
    accountId,
    claims: async (_use, scope, requested) => {
      const acting = actingForIn(context, accountId);
      const asksForPerson =
        personalScopes.some((name) => parseScopes(scope).has(name)) || Object.keys(requested).some(scopeOfClaim);
      const person = asksForPerson ? await personClaims(sources.database, acting, accountId) : {};
      return {
        sub: accountId,
        ...person,
        ...(acting && client && { act: { sub: sources.subjectOf(accountId, client) } }),
      };
    },
  };
}

/** A caseworker: her department and her role there are all that is known of her outside. */
async function staffAccountOf(accountId: string, { database }: ClaimSources): Promise<Account | undefined> {
  const staff = await findStaff(database, accountId);
  if (!staff) return undefined;
  const { department, role } = staff;
  return { accountId, department, role, claims: () => ({ sub: accountId, department, role }) };
}

async function personClaims(database: Queryable, acting: ActingFor | null, accountId: RawCitizenId) {
  if (!acting) {
    const profile = await readProfile(database, accountId);
    return profile && claimsOf(profile);
  }
  const profile = await readProfile(database, acting.principal);
  if (!profile) return { name: await principalName(database, acting) };
  return claimsOf(acting.withheld.includes("whereabouts") ? { ...profile, address: null } : profile);
}

function claimsOf({ name, birthDate, preferredLanguage, address, mobile }: Profile) {
  return {
    name,
    birthdate: birthDate,
    locale: preferredLanguage,
    // An account's number is one that a code was sent to.
    ...(mobile !== null && { phone_number: `+86${mobile}`, phone_number_verified: true }),
    ...(address && {
      address: {
        street_address: address.line,
        locality: address.district,
        postal_code: address.postalCode,
        country: "CN",
      },
    }),
  };
}

/**
 * Checks the parameter `claims`: whoever may not ask for a scope may not ask for its claims one by one either.
 *
 * @throws errors.InvalidRequest
 */
export async function assertClaimsParameter(
  _context: KoaContextWithOIDC,
  claims: ClaimsParameter,
  client: Client,
): Promise<void> {
  const registered = parseScopes(client.scope);
  for (const target of ["userinfo", "id_token"] as const) {
    for (const [claim, request] of Object.entries(claims[target] ?? {})) {
      if (request !== null && (typeof request !== "object" || Array.isArray(request))) {
        throw new errors.InvalidRequest(`claims.${target} members must be null or objects`);
      }
      const scope = scopeOfClaim(claim);
      if (scope === null || registered.has(scope)) continue;
      throw new errors.InvalidRequest("claims holds a claim that the client is not registered for");
    }
  }
}
