/** The city's own rules for `@policy`. */
import { needsPurpose } from "../admission/admit.ts";
import type { Policies } from "./policies.ts";

export const cityPolicies: Policies = new Map([
  /** The person herself is there: nobody acts for her, and no caseworker or company asks. */
  ["herself", (signedIn) => (signedIn.caller.actor ?? null) === null && !needsPurpose(signedIn)],
  /** A caseworker asks. */
  ["caseworker", ({ role }) => role !== null],
]);
