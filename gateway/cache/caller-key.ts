/** Whose an entry is. */
import { type Caller, readScope } from "../../trust/caller.ts";
import { flightKey } from "../boundary/in-flight.ts";

/**
 * What every member of a caller contributes to the key of a PRIVATE entry. A new member of Caller does
 * not compile until it has its place here: two callers share an entry only when all of this is equal.
 */
const parts = {
  subject: ({ subject }) => subject,
  clientId: ({ clientId }) => clientId,
  scopes: ({ scopes }) => flightKey(...[...scopes].sort()),
  actor: ({ actor }) => actor ?? "",
  withheld: ({ withheld }) => flightKey(...[...(withheld ?? [])].sort()),
  purpose: ({ purpose }) =>
    purpose ? flightKey(purpose.code, ...Object.values(purpose.reader), ...purpose.citizens) : "",
  level: ({ level }) => level ?? "",
  // How long ago she signed in is asked by the gateway before it looks here, and by the subgraph only afterwards.
  signedInAt: ({ signedInAt }) => String(signedInAt ?? ""),
  // When the right ends says nothing of what it is a right to; a caller whose right has ended is not admitted.
  expiresAt: () => "",
} satisfies { readonly [Member in keyof Required<Caller>]: (caller: Caller) => string };

/** The part of an entry's key that says who may have it. */
export function callerKey(scope: "PUBLIC" | "PRIVATE", subgraph: string, caller: Caller): string {
  if (scope === "PRIVATE") return flightKey(scope, ...Object.values(parts).map((part) => part(caller)));
  // What is public is still given only to those whom the subgraph itself would answer.
  return flightKey(scope, String(caller.scopes.has(readScope(subgraph))));
}
