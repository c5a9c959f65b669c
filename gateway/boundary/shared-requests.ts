/** When two requests of clients are one: work for the first gives the answer to both, while it runs. */
import type { Admission } from "../admission/admit.ts";
import type { GraphQLRequest } from "../http/request.ts";
import { flightKey } from "./in-flight.ts";

/** All that the answer to a query depends on. */
export interface ShareableRequest {
  /** ID of the supergraph that it runs on. */
  readonly generation: string;
  readonly mediaType: string;
  readonly request: Pick<GraphQLRequest, "query" | "operationName" | "variables">;
  readonly admission: Admission;
}

/**
 * The key for `createShare`: equal for requests of the same token that are equal in full text, variables
 * and wanted form. Only for queries; whoever shares asks the limits of each of the callers all the same.
 */
export function requestKey({ generation, mediaType, request, admission }: ShareableRequest): string {
  const { query, operationName, variables } = request;
  return flightKey(
    identityOf(admission),
    generation,
    mediaType,
    operationName === undefined ? "" : `:${operationName}`,
    JSON.stringify(variables),
    query,
  );
}

/** One access token, not one person: what she may read through one client is not what she may through another. */
function identityOf({ admitted, forwarded }: Admission): string {
  const token = admitted.kind === "signed in" ? admitted.tokenId : "";
  return flightKey(admitted.kind, token, ...Object.entries(forwarded ?? {}).flat());
}
