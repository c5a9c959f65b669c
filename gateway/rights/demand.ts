/** What a field demands of whoever reads it. */
import {
  type Assurance,
  type AssuranceChallenge,
  challengeOf,
  isAssured,
  joinAssurances,
} from "../../trust/assurance.ts";
import type { ErrorCode } from "../../trust/errors.ts";
import { covers, type StatedPurpose } from "../../trust/purposes.ts";
import { type Admitted, needsPurpose } from "../admission/admit.ts";

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
  /** The kinds of personal data (`@category`) that the purpose of who reads others must cover; nothing to anybody else. */
  readonly categories: readonly string[];
}

/** Demands nothing; the others are made from it. */
export const nothingDemanded: Demand = Object.freeze({
  authenticated: false,
  scopes: [],
  policies: [],
  assurance: null,
  categories: [],
});

/** What demands all that these do; undefined when there are none. */
export function joinDemands(demands: readonly Demand[]): Demand | undefined {
  if (demands.length === 0) return undefined;
  return {
    authenticated: demands.some(({ authenticated }) => authenticated),
    scopes: distinct(demands.flatMap(({ scopes }) => scopes)),
    policies: distinct(demands.flatMap(({ policies }) => policies)),
    assurance: joinAssurances(demands.flatMap(({ assurance }) => assurance ?? [])),
    categories: [...new Set(demands.flatMap(({ categories }) => categories))].sort(),
  };
}

function distinct(all: readonly AnyOfAll[]): readonly AnyOfAll[] {
  return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()].sort((a, b) =>
    JSON.stringify(a) < JSON.stringify(b) ? -1 : 1,
  );
}

/** Why somebody may not read something, as the error says it. */
export interface Refusal {
  readonly code: ErrorCode;
  /** What the caller reads; the sentence of the catalogue unless given. */
  readonly message?: string;
  /** With what sign-in she may. */
  readonly challenge?: AssuranceChallenge;
}

const unauthenticated: Refusal = Object.freeze({ code: "UNAUTHENTICATED" });
const forbidden: Refusal = Object.freeze({ code: "FORBIDDEN" });
const withoutPurpose: Refusal = Object.freeze({
  code: "FORBIDDEN",
  message: "State for what purpose you read this, in the header Huimin-Purpose.",
});
const beyondPurpose: Refusal = Object.freeze({
  code: "FORBIDDEN",
  message: "The purpose that you stated does not cover this kind of data.",
});

/**
 * Why somebody does not meet a demand; undefined when she does. What no sign-in can mend comes first.
 *
 * @param allows what each rule of the demand has decided for her
 * @param now seconds since the epoch
 */
export function refusalOf(
  { scopes, policies, assurance, categories }: Demand,
  admitted: Admitted,
  allows: (policy: string) => boolean,
  now: number,
): Refusal | undefined {
  if (admitted.kind !== "signed in") return unauthenticated;
  const isGranted = (scope: string) => admitted.caller.scopes.has(scope);
  if (!scopes.every((each) => holds(each, isGranted)) || !policies.every((each) => holds(each, allows))) {
    return forbidden;
  }
  const purposeless = needsPurpose(admitted) ? purposeRefusal(categories, admitted.caller.purpose) : undefined;
  if (purposeless) return purposeless;
  return assurance === null || isAssured(assurance, admitted, now)
    ? undefined
    : { code: "INSUFFICIENT_USER_AUTHENTICATION", challenge: challengeOf(assurance) };
}

function purposeRefusal(categories: readonly string[], purpose: StatedPurpose | undefined): Refusal | undefined {
  if (categories.length === 0) return undefined;
  if (!purpose) return withoutPurpose;
  return covers(purpose, categories) ? undefined : beyondPurpose;
}

function holds(lists: AnyOfAll, has: (name: string) => boolean): boolean {
  return lists.some((all) => all.every(has));
}
