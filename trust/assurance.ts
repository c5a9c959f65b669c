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

/** What a field demands of the sign-in of whoever reads it. */
export interface Assurance {
  readonly level: AssuranceLevel;
  /** Most seconds since she signed in; null for any time. */
  readonly maxAgeSeconds: number | null;
}

const secondsIn: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** What `@assurance(level:, maxAge:)` says. What cannot be read demands the most there is. */
export function readAssurance({ level, maxAge }: { readonly level?: unknown; readonly maxAge?: unknown }): Assurance {
  const { count, unit = "" } = /^(?<count>\d+)(?<unit>[smhd])$/.exec(String(maxAge))?.groups ?? {};
  const seconds = Number(count) * (secondsIn[unit] ?? Number.NaN);
  return {
    level: assuranceLevel(Number(level)) ?? "urn:huimin:loa:3",
    maxAgeSeconds: maxAge === undefined || maxAge === null ? null : Number.isNaN(seconds) ? 0 : seconds,
  };
}

/** What demands all that these do: the highest level, the shortest age; null when there are none. */
export function joinAssurances(all: readonly Assurance[]): Assurance | null {
  const level = assuranceLevels.findLast((each) => all.some((one) => one.level === each));
  const ages = all.flatMap(({ maxAgeSeconds }) => maxAgeSeconds ?? []);
  return level === undefined ? null : { level, maxAgeSeconds: ages.length > 0 ? Math.min(...ages) : null };
}

/** How somebody signed in. */
export interface SignIn {
  readonly level?: AssuranceLevel | null;
  /** Seconds since the epoch. */
  readonly signedInAt?: number | null;
}

/**
 * Whether a sign-in is good enough.
 *
 * @param now seconds since the epoch
 */
export function isAssured({ level, maxAgeSeconds }: Assurance, signIn: SignIn, now: number): boolean {
  const { level: actual = null, signedInAt = null } = signIn;
  if (actual === null || !meetsLevel(actual, level)) return false;
  return maxAgeSeconds === null || (signedInAt !== null && now - signedInAt <= maxAgeSeconds);
}

/** How a caller who is not certain enough can come back (RFC 9470). */
export function challengeOf({ level, maxAgeSeconds }: Assurance): AssuranceChallenge {
  return { acr_values: level, ...(maxAgeSeconds !== null && { max_age: maxAgeSeconds }) };
}

/** The one challenge that mends all of these; undefined when there are none. */
export function joinChallenges(all: readonly (AssuranceChallenge | undefined)[]): AssuranceChallenge | undefined {
  const joined = joinAssurances(
    all.flatMap((each) => (each ? [{ level: each.acr_values, maxAgeSeconds: each.max_age ?? null }] : [])),
  );
  return joined ? challengeOf(joined) : undefined;
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
