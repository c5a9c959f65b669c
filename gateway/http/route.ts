/** `/graphql` on the HTTP server: hands the bytes to the pipeline and its answer back. */
import type { IncomingHttpHeaders } from "node:http";
import type { FastifyInstance } from "fastify";
import { addDirectRoute, type DirectRequest, type DirectResponse } from "../../platform/direct-route.ts";
import { HuiminError } from "../../trust/errors.ts";
import { errorsOf } from "../answer.ts";
import type { Pipeline } from "../pipeline.ts";
import { compress, contentCoding } from "./compression.ts";
import { createCors } from "./cors.ts";
import { defaultMediaType, prefersPage } from "./media-type.ts";
import { allowedMethods, type HttpResponse, writeAnswer } from "./response.ts";

export interface RouteOptions {
  /** The page for somebody who opens the address in a browser. */
  readonly page?: DirectResponse;
  /** Origins whose pages may read answers; none unless given. */
  readonly allowedOrigins?: readonly string[];
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Adds `/graphql`, with `page` also for browsers. Bodies of every type arrive here, so that all refusals have the
 * form of a GraphQL answer.
 */
export function addGraphQLRoute(
  app: FastifyInstance,
  pipeline: Pipeline,
  { page, allowedOrigins = [] }: RouteOptions = {},
): void {
  const cors = createCors(allowedOrigins);
  const withCors = (response: HttpResponse, asked: IncomingHttpHeaders): HttpResponse => {
    const headers = { ...response.headers, ...varied(response.headers, cors.answer(asked)) };
    return { ...response, headers };
  };
  const answer = async (request: DirectRequest): Promise<DirectResponse> => {
    const { method, url, headers, address, log } = request;
    if (method === "OPTIONS") {
      return { status: 204, headers: { allow: allowedMethods, ...cors.preflight(headers) }, body: "" };
    }
    if (page && (method === "GET" || method === "HEAD") && prefersPage(headers.accept)) return page;
    const body = decode(request.body);
    if (body === undefined) return withCors(notUtf8, headers);
    return await coded(withCors(await pipeline({ method, url, headers, body, address }, log), headers), headers);
  };
  addDirectRoute(app, "/graphql", {
    answer,
    refuse: (status, headers) => withCors(status === 413 ? tooLarge : failed, headers),
  });
}

const notUtf8 = refusal(new HuiminError("BAD_REQUEST", { message: "The body of the request is not UTF-8." }));
const tooLarge = refusal(new HuiminError("REQUEST_TOO_LARGE"));
const failed = refusal(new HuiminError("INTERNAL_SERVER_ERROR"));

function refusal(error: HuiminError): HttpResponse {
  return writeAnswer({ errors: errorsOf(error) }, defaultMediaType);
}

function decode(body: Buffer): string | undefined {
  try {
    return utf8.decode(body);
  } catch {
    return undefined;
  }
}

async function coded(response: HttpResponse, asked: IncomingHttpHeaders): Promise<DirectResponse> {
  const { headers, body } = response;
  const coding = typeof body === "string" ? contentCoding(asked["accept-encoding"], body) : undefined;
  if (typeof body !== "string" || coding === undefined) return response;
  return { ...response, headers: { ...headers, "content-encoding": coding }, body: await compress(body, coding) };
}

/** `more` with its `vary` behind that of `headers`. */
function varied(headers: HttpResponse["headers"], more: HttpResponse["headers"]): HttpResponse["headers"] {
  return headers.vary && more.vary ? { ...more, vary: `${headers.vary}, ${more.vary}` } : more;
}
