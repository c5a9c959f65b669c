import type { AssuranceLevel } from "./assurance.ts";
import type { WithheldData } from "./delegation.ts";
import type { StatedPurpose } from "./purposes.ts";

/** Who is asking, after every check has passed. */
export interface Caller {
  /**
   * The citizen, in the form of the sector of the service that looks at it; of a company that asks in its own name,
   * which it does for a purpose only, what `companySubject` makes of its sector.
   */
  readonly subject: string;
  /** The client application (`client_id`) through which she asks. */
  readonly clientId: string;
  /** What the client may read. */
  readonly scopes: ReadonlySet<string>;
  /** When the right ends, in seconds since the epoch. */
  readonly expiresAt: number;
  /** The person really there (RFC 8693, `act.sub`) when she acts for the subject; in the same sector's form. */
  readonly actor?: string | null;
  /** What is kept from somebody who acts for the subject; empty when nobody does. */
  readonly withheld?: ReadonlySet<WithheldData>;
  /** For what a caseworker or a company reads others; missing when she has stated nothing, and for everybody else. */
  readonly purpose?: StatedPurpose;
  /** How certain it is who signed in; nothing when that is not known. */
  readonly level?: AssuranceLevel | null;
  /** When she signed in, in seconds since the epoch; nothing when that is not known. */
  readonly signedInAt?: number | null;
}

/** A company as a subject: never the form of a citizen. */
export function companySubject(sector: string): string {
  return `urn:huimin:company:${sector}`;
}

/** The scope with which a client may read a subgraph's part of the citizen's data. */
export function readScope(subgraph: string): string {
  return `${subgraph}:read`;
}

/** Splits a space-separated `scope` value (RFC 6749, 3.3). */
export function parseScopes(scope: unknown): ReadonlySet<string> {
  return new Set(typeof scope === "string" ? scope.split(" ").filter(Boolean) : []);
}
