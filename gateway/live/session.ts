/** Whose a live connection is, for as long as it lives. */
import type { Admission } from "../admission/admit.ts";

export interface Session {
  /** Who she is now: a fresh token takes the place of the one before. */
  readonly admission: Admission;
  /** Calls back after each renewal, until the function that it returns is called. */
  onRenewal(listener: () => void): () => void;
}

/** The session of one HTTP request, which lives with the token that came with it. */
export function fixedSession(admission: Admission): Session {
  return { admission, onRenewal: () => () => {} };
}

/** When the right of somebody ends, in milliseconds since the epoch; never for whoever showed no token of ours. */
export function endOf({ admitted }: Admission): number {
  return admitted.kind === "signed in" ? admitted.caller.expiresAt * 1000 : Number.POSITIVE_INFINITY;
}
