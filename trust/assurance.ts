/**
 * Levels of assurance: how certain it is that the person who signed in is who she says (`acr` of OpenID Connect
 * Core 1.0, 2; the shape of eIDAS and of GOV.UK One Login).
 */

/** From the weakest to the strongest. */
export const assuranceLevels = ["urn:huimin:loa:1", "urn:huimin:loa:2", "urn:huimin:loa:3"] as const;

/**
 * - `urn:huimin:loa:1`: a password.
 * - `urn:huimin:loa:2`: a second factor or a passkey, and an identity proofed against the population register.
 * - `urn:huimin:loa:3`: a passkey, and an identity proofed in person.
 */
export type AssuranceLevel = (typeof assuranceLevels)[number];

/** Whether a claim's value names a level. */
export function isAssuranceLevel(value: unknown): value is AssuranceLevel {
  return assuranceLevels.some((level) => level === value);
}

/** Whether `actual` is at least as strong as `demanded`. */
export function meetsLevel(actual: AssuranceLevel, demanded: AssuranceLevel): boolean {
  return assuranceLevels.indexOf(actual) >= assuranceLevels.indexOf(demanded);
}

/** The level of a number from 1 to 3, as the schema writes it. */
export function assuranceLevel(number: number): AssuranceLevel | undefined {
  return assuranceLevels[number - 1];
}

/**
 * With which authorization request a caller may come back when she has not signed in well enough, in its parameters'
 * names (RFC 9470, 3; OpenID Connect Core 1.0, 3.1.2.1).
 */
export interface AssuranceChallenge {
  readonly acr_values: AssuranceLevel;
  /** Most seconds since she signed in. */
  readonly max_age?: number;
}
