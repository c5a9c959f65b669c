/** Bytes to GraphQL request, by the GraphQL over HTTP specification. */
import type { IncomingHttpHeaders } from "node:http";
import { parseRequestParams } from "graphql-http";
import { HuiminError } from "../../trust/errors.ts";

/** An HTTP request whose body has arrived. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string | null;
}

/** What a client wants executed. */
export interface GraphQLRequest {
  /** The document. */
  readonly query: string;
  /** Which operation of the document; may be missing when there is only one. */
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  /** True when the transport allows reading only (GET). */
  readonly readOnly: boolean;
}

/**
 * Reads the request of a GET or POST.
 *
 * @throws HuiminError `METHOD_NOT_ALLOWED`, `UNSUPPORTED_MEDIA_TYPE` or `BAD_REQUEST`
 */
export async function readRequest(request: HttpRequest): Promise<GraphQLRequest> {
  const params = await parse(request);
  if (!("query" in params)) {
    const [, { status }] = params;
    throw new HuiminError(status === 405 ? "METHOD_NOT_ALLOWED" : "UNSUPPORTED_MEDIA_TYPE");
  }
  return {
    query: params.query,
    operationName: params.operationName || undefined,
    variables: params.variables ?? {},
    readOnly: request.method === "GET",
  };
}

async function parse(request: HttpRequest) {
  try {
    return await parseRequestParams({ ...request, raw: request, context: undefined });
  } catch (error) {
    // graphql-http throws a plain Error with a short, fixed sentence such as "Missing query".
    const reason = error instanceof Error ? `: ${error.message}.` : ".";
    throw new HuiminError("BAD_REQUEST", { message: `The request is not a well-formed GraphQL request${reason}` });
  }
}
