/** What clients may ask for. */
import { readScope } from "../../trust/caller.ts";

/** Scopes of the graph: one a subgraph (schema/*.graphql). */
export const graphScopes = ["citizen", "health", "pension", "employment", "utilities"].map(readScope);

/** The graph as a protected resource (RFC 8707): the audience of access tokens. */
export function graphResource({ gatewayUrl }: { readonly gatewayUrl: string }): string {
  return `${gatewayUrl}/graphql`;
}
