/** What a field demands of whoever reads it. */
import {
  type AssuranceChallenge,
  type AssuranceLevel,
  assuranceLevel,
  assuranceLevels,
  meetsLevel,
} from "../../trust/assurance.ts";
import type { ErrorCode } from "../../trust/errors.ts";
import type { Admitted } from "../admission/admit.ts";

/** One of these lists must hold as a whole. */
export type AnyOfAll = readonly (readonly string[])[];

/** All of it must be met. Equal demands of one supergraph are one object. */
export interface Demand {
  /** Whether somebody must be signed in (`@authenticated`); whatever else is demanded demands it too. */
  readonly authenticated: boolean;
  /** Scopes that her client must have been granted (`@requiresScopes`). */
  readonly scopes: readonly AnyOfAll[];
  /** Rules of the city that must allow it (`@policy`). */
  readonly policies: readonly AnyOfAll[];
  /** How certain it must be who she is (`@assurance`). */
  readonly assurance: Assurance | null;
}

export interface Assurance {
  readonly level: AssuranceLevel;
  /** Most seconds since she signed in; null for any time. */
  readonly maxAgeSeconds: number | null;
}

/** Demands nothing; the others are made from it. */
export const nothingDemanded: Demand = Object.freeze({
  authenticated: false,
  scopes: [],
  policies: [],
  assurance: null,
});

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

/** What demands all that these do; undefined when there are none. */
export function joinDemands(demands: readonly Demand[]): Demand | undefined {
  if (demands.length === 0) return undefined;
  return {
    authenticated: demands.some(({ authenticated }) => authenticated),
    scopes: distinct(demands.flatMap(({ scopes }) => scopes)),
    policies: distinct(demands.flatMap(({ policies }) => policies)),
    assurance: joinAssurances(demands.flatMap(({ assurance }) => assurance ?? [])),
  };
}

function joinAssurances(all: readonly Assurance[]): Assurance | null {
  const level = assuranceLevels.findLast((each) => all.some((one) => one.level === each));
  const ages = all.flatMap(({ maxAgeSeconds }) => maxAgeSeconds ?? []);
  return level === undefined ? null : { level, maxAgeSeconds: ages.length > 0 ? Math.min(...ages) : null };
}

function distinct(all: readonly AnyOfAll[]): readonly AnyOfAll[] {
  return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()].sort((a, b) =>
    JSON.stringify(a) < JSON.stringify(b) ? -1 : 1,
  );
}

/** Why somebody may not read something, as the error says it. */
export interface Refusal {
  readonly code: ErrorCode;
  /** With what sign-in she may. */
  readonly challenge?: AssuranceChallenge;
}

const unauthenticated: Refusal = Object.freeze({ code: "UNAUTHENTICATED" });
const forbidden: Refusal = Object.freeze({ code: "FORBIDDEN" });

/**
 * Why somebody does not meet a demand; undefined when she does. What no sign-in can mend comes first.
 *
 * @param allows what each rule of the demand has decided for her
 * @param now seconds since the epoch
 */
export function refusalOf(
  { scopes, policies, assurance }: Demand,
  admitted: Admitted,
  allows: (policy: string) => boolean,
  now: number,
): Refusal | undefined {
  if (admitted.kind !== "signed in") return unauthenticated;
  const isGranted = (scope: string) => admitted.caller.scopes.has(scope);
  if (!scopes.every((each) => holds(each, isGranted)) || !policies.every((each) => holds(each, allows))) {
    return forbidden;
  }
  return assurance === null || isAssured(assurance, admitted, now)
    ? undefined
    : { code: "INSUFFICIENT_USER_AUTHENTICATION", challenge: challengeOf(assurance) };
}

function holds(lists: AnyOfAll, has: (name: string) => boolean): boolean {
  return lists.some((all) => all.every(has));
}

function isAssured(
  { level, maxAgeSeconds }: Assurance,
  signedIn: Extract<Admitted, { readonly kind: "signed in" }>,
  now: number,
): boolean {
  if (signedIn.level === null || !meetsLevel(signedIn.level, level)) return false;
  return maxAgeSeconds === null || (signedIn.signedInAt !== null && now - signedIn.signedInAt <= maxAgeSeconds);
}

/** How a caller who is not certain enough can come back (RFC 9470). */
export function challengeOf({ level, maxAgeSeconds }: Assurance): AssuranceChallenge {
  return { acr_values: level, ...(maxAgeSeconds !== null && { max_age: maxAgeSeconds }) };
}
