/** The city's own rules for `@policy`. */
import type { Policies } from "./policies.ts";

export const cityPolicies: Policies = new Map([
  /** The person herself is there: nobody acts for her, and no caseworker asks. */
  ["herself", ({ caller, role }) => (caller.actor ?? null) === null && role === null],
  /** A caseworker asks. */
  ["caseworker", ({ role }) => role !== null],
]);
