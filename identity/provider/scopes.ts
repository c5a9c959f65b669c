/** What clients may ask for. */
import { readScope } from "../../trust/caller.ts";
import { type Purpose, purposeScope, purposes } from "../../trust/purposes.ts";
import { personalScopes } from "./claims.ts";

/** Scopes of OpenID Connect. */
export const oidcScopes = ["openid", "offline_access", ...personalScopes] as const;

/** Scopes of the graph: one a subgraph (schema/*.graphql). */
export const graphScopes = ["citizen", "health", "pension", "employment", "utilities"].map(readScope);

/** What tells of health or money: each wants a consent of its own (PIPL art. 28 and 29). */
export const sensitiveScopes: ReadonlySet<string> = new Set(["health", "pension"].map(readScope));

/** Whether she has to allow a scope by itself: what tells of health or money, and what a company reads by itself. */
export function wantsOwnConsent(scope: string): boolean {
  return sensitiveScopes.has(scope) || purposeOf(scope) !== undefined;
}

/** What a citizen can allow the companies of a sector to read by themselves (PIPL art. 23): one for each purpose of theirs. */
export function purposeScopesOf(sector: string): string[] {
  return [...purposes].flatMap(([code, { companies }]) => (companies.includes(sector) ? [purposeScope(code)] : []));
}

/** The purpose that a scope is about; undefined for every other scope. */
export function purposeOf(scope: string): Purpose | undefined {
  return purposesByScope.get(scope);
}

const purposesByScope: ReadonlyMap<string, Purpose> = new Map(
  [...purposes].map(([code, purpose]) => [purposeScope(code), purpose]),
);

/** The right to administer identity; of use to its administrators alone. */
export const adminScope = "identity:admin";

/** Identity's administration as a protected resource (RFC 8707). */
export function adminResource({ issuer }: { readonly issuer: string }): string {
  return `${issuer}/admin`;
}

/**
 * Rights to streams of security events: to read them and how they are set, and to set them too. Their names are those
 * of the CAEP Interoperability Profile 1.0.
 */
export const streamScopes = { read: "ssf.read", manage: "ssf.manage" } as const;

/** Streams of security events as a protected resource (RFC 8707). */
export function streamsResource({ issuer }: { readonly issuer: string }): string {
  return `${issuer}/ssf`;
}

/** The graph as a protected resource (RFC 8707): the audience of access tokens. */
export function graphResource({ gatewayUrl }: { readonly gatewayUrl: string }): string {
  return `${gatewayUrl}/graphql`;
}
