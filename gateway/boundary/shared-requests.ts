/** When two requests of clients are one: work for the first gives the answer to both, while it runs. */
import type { Admission } from "../admission/admit.ts";
import type { GraphQLRequest } from "../http/request.ts";
import { flightKey, headersKey } from "./in-flight.ts";

/** All that the answer to a query depends on. */
export interface ShareableRequest {
  /** ID of the supergraph that it runs on. */
  readonly generation: string;
  readonly request: Pick<GraphQLRequest, "query" | "operationName" | "variables">;
  readonly admission: Admission;
}

/**
 * The key for `createShare`: equal for requests of one token that are equal in full text and variables. Only
 * for queries, and only for what does not depend on the form in which the answer is wanted. Whoever shares
 * has held each of the callers against her limits before.
 */
export function requestKey({ generation, request, admission }: ShareableRequest): string {
  const { query, operationName, variables } = request;
  return flightKey(
    identityOf(admission),
    generation,
    operationName === undefined ? "" : `:${operationName}`,
    JSON.stringify(variables),
    query,
  );
}

/** One access token, not one person: what she may read through one client is not what she may through another. */
function identityOf({ admitted, forwarded }: Admission): string {
  const token = admitted.kind === "signed in" ? admitted.tokenId : "";
  return flightKey(admitted.kind, token) + headersKey(forwarded ?? {});
}
