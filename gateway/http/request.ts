/** Bytes to GraphQL request, by the GraphQL over HTTP specification. */
import type { DirectRequest } from "../../platform/direct-route.ts";
import { HuiminError } from "../../trust/errors.ts";
import { requirePreflight } from "./csrf.ts";
import { isJson } from "./media-type.ts";

/** An HTTP request whose body has arrived. */
export interface HttpRequest extends Omit<DirectRequest, "body" | "log"> {
  /** Empty when there is none. */
  readonly body: string;
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

/** A request as it was written: instead of the document, or beside it, there may be its name. */
export interface WrittenRequest extends Omit<GraphQLRequest, "query"> {
  readonly query: string | undefined;
  /** `documentId` of GraphQL over HTTP, or `extensions.persistedQuery.sha256Hash` of Apollo's clients. */
  readonly document: DocumentName | undefined;
}

export interface DocumentName {
  readonly id: string;
  /** True when the id claims to be the SHA-256 of the document, in hexadecimal. */
  readonly isHash: boolean;
}

/**
 * Reads the request of a GET, HEAD or POST.
 *
 * @throws HuiminError `METHOD_NOT_ALLOWED`, `CSRF_PREVENTED`, `UNSUPPORTED_MEDIA_TYPE` or `BAD_REQUEST`
 */
export function readRequest({ method, url, headers, body }: Omit<HttpRequest, "address">): WrittenRequest {
  if (method === "POST") {
    if (!isJson(headers["content-type"])) throw new HuiminError("UNSUPPORTED_MEDIA_TYPE");
    return toRequest(readBody(body), false);
  }
  if (method !== "GET" && method !== "HEAD") throw new HuiminError("METHOD_NOT_ALLOWED");
  requirePreflight(headers);
  return toRequest(readQuery(url), true);
}

/** The parameters of a request; whatever JSON holds until it has been looked at. */
interface Parameters {
  readonly query?: unknown;
  readonly operationName?: unknown;
  readonly variables?: unknown;
  readonly extensions?: unknown;
  readonly documentId?: unknown;
}

function readBody(body: string): Parameters {
  if (!body) return malformed("Missing body");
  const parameters = parseJson(body, "Unparsable JSON body");
  if (Array.isArray(parameters)) return malformed("Requests cannot be sent as a list; send each by itself");
  return isObject(parameters) ? parameters : malformed("JSON body must be an object");
}

function readQuery(url: string): Parameters {
  const start = url.indexOf("?");
  const search = new URLSearchParams(start < 0 ? "" : url.slice(start));
  const json = (name: string) => {
    const text = search.get(name);
    return text ? parseJson(text, `Unparsable ${name}`) : undefined;
  };
  return {
    query: search.get("query"),
    operationName: search.get("operationName"),
    variables: json("variables"),
    extensions: json("extensions"),
    documentId: search.get("documentId"),
  };
}

/**
 * The request that these parameters are, whatever brought them.
 *
 * @throws HuiminError `BAD_REQUEST`
 */
export function toRequest(parameters: Parameters, readOnly: boolean): WrittenRequest {
  const query = text(parameters.query, "query");
  const extensions = object(parameters.extensions, "extensions");
  const document = documentName(text(parameters.documentId, "documentId"), extensions);
  if (query === undefined && document === undefined) return malformed("Missing query");
  return {
    query,
    document,
    operationName: text(parameters.operationName, "operationName"),
    variables: object(parameters.variables, "variables") ?? {},
    readOnly,
  };
}

function documentName(
  documentId: string | undefined,
  extensions: Readonly<Record<string, unknown>> | undefined,
): DocumentName | undefined {
  if (documentId !== undefined) {
    const id = documentId.replace(/^sha256:/, "");
    return { id, isHash: id !== documentId };
  }
  const persisted = object(extensions?.persistedQuery, "persistedQuery");
  if (!persisted) return undefined;
  if (persisted.version !== 1) return malformed("Unsupported persisted query version");
  const id = text(persisted.sha256Hash, "sha256Hash");
  return id === undefined ? malformed("Missing sha256Hash") : { id, isHash: true };
}

/** The member as text. Null and "" are the same as nothing. */
function text(value: unknown, name: string): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  return typeof value === "string" ? value : malformed(`Invalid ${name}`);
}

function object(value: unknown, name: string): Readonly<Record<string, unknown>> | undefined {
  if (value === undefined || value === null) return undefined;
  return isObject(value) ? value : malformed(`Invalid ${name}`);
}

function parseJson(source: string, fault: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return malformed(fault);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(fault: string): never {
  throw new HuiminError("BAD_REQUEST", { message: `The request is not a well-formed GraphQL request: ${fault}.` });
}
