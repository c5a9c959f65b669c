/**
 * Acting for another: the token's subject is the person acted for, the person really there is its actor
 * (`act`, RFC 8693, 4.1).
 */
import { readScope } from "./caller.ts";

/** On what it rests that somebody may act for another. */
export const delegationKinds = [
  /** A parent for her minor child, by the register (Civil Code of the PRC, art. 27). */
  "parent-of-minor",
  /** A guardian whom a court or committee appointed, by the register (Civil Code, art. 31 to 33). */
  "appointed-guardian",
  /** A child or another trusted person for somebody of 60 or more, by her grant. */
  "elderly-parent",
  /** The legal representative of a company, or whom she has authorised. */
  "company-representative",
] as const;

export type DelegationKind = (typeof delegationKinds)[number];

/** Whether a value names a kind. */
export function isDelegationKind(value: unknown): value is DelegationKind {
  return delegationKinds.some((kind) => kind === value);
}

const signIn = ["openid", "offline_access"];
const person = [...signIn, "profile", "address"];

/**
 * The scopes that each kind can carry. What is not here is never delegated: the access log, consents, recovery and
 * delegations themselves have no scope that stands here, and a new scope is not delegable until it is listed.
 */
const delegableScopes: Readonly<Record<DelegationKind, ReadonlySet<string>>> = {
  "parent-of-minor": new Set([...person, ...["citizen", "health"].map(readScope)]),
  "appointed-guardian": new Set([
    ...person,
    ...["citizen", "health", "pension", "employment", "utilities"].map(readScope),
  ]),
  "elderly-parent": new Set([...person, ...["citizen", "health", "pension", "utilities"].map(readScope)]),
  // The graph knows nothing of companies yet; a company's representative is told only whose representative she is.
  "company-representative": new Set([...signIn, "profile"]),
};

/** Whether somebody who acts by `kind` may be given `scope`. */
export function isDelegable(scope: string, kind: DelegationKind): boolean {
  return delegableScopes[kind].has(scope);
}

/** What a giver can choose from when she delegates by `kind`: the parts of the graph. */
export function delegableParts(kind: DelegationKind): readonly string[] {
  return [...delegableScopes[kind]].filter((scope) => !person.includes(scope));
}

/** What is kept from whoever acts for a person, also within the scopes that she is given. */
export const withheldData = [
  /** What would tell where a protected person is: her address, her employer, her hospital, her home's meters. */
  "whereabouts",
  /** Services that a minor of 14 or more may use without her guardian hearing of it. */
  "protected-services",
] as const;

export type WithheldData = (typeof withheldData)[number];

/**
 * Reads the claim `withheld` of a token that somebody holds for another. Whoever says nothing of it is kept from
 * everything; unknown words are left out, for no field here asks for them.
 */
export function parseWithheld(claim: unknown): ReadonlySet<WithheldData> {
  return new Set(Array.isArray(claim) ? withheldData.filter((word) => claim.includes(word)) : withheldData);
}
