/** `/graphql` on the HTTP server: hands the bytes to the pipeline and its answer back. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type ErrorCode, HuiminError } from "../../trust/errors.ts";
import { errorsOf } from "../answer.ts";
import type { Pipeline } from "../pipeline.ts";
import { compress, contentCoding } from "./compression.ts";
import { type Cors, createCors } from "./cors.ts";
import { defaultMediaType, prefersPage } from "./media-type.ts";
import { allowedMethods, type HttpResponse, writeAnswer } from "./response.ts";

export interface RouteOptions {
  /** Answers somebody who opens the address in a browser. */
  readonly sendPage?: (reply: FastifyReply) => FastifyReply;
  /** Origins whose pages may read answers; none unless given. */
  readonly allowedOrigins?: readonly string[];
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Adds `/graphql`, with `sendPage` also a page for browsers. Bodies of every type arrive here, so that all
 * refusals have the form of a GraphQL answer.
 */
export async function addGraphQLRoute(
  app: FastifyInstance,
  pipeline: Pipeline,
  { sendPage, allowedOrigins = [] }: RouteOptions = {},
): Promise<void> {
  const cors = createCors(allowedOrigins);
  const send = createSend(cors);
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request: FastifyRequest, body: Buffer, done) =>
      done(null, body),
    );
    scope.setErrorHandler(async (error: FastifyError | HuiminError, request, reply) => {
      const refused = error instanceof HuiminError ? error : new HuiminError(codeOf(error.statusCode ?? 500));
      if (refused.status >= 500) request.log.error({ err: error, req: request }, "request failed");
      return await send(request, reply, writeAnswer({ errors: errorsOf(refused) }, defaultMediaType));
    });
    scope.options("/graphql", async (request, reply) =>
      reply
        .code(204)
        .headers({ allow: allowedMethods, ...cors.preflight(request.headers) })
        .send(),
    );
    scope.route({
      method: scope.supportedMethods.filter((method) => method !== "OPTIONS"),
      url: "/graphql",
      handler: async (request, reply) => {
        const { method, url, headers, ip: address } = request;
        const reads = method === "GET" || method === "HEAD";
        if (sendPage && reads && prefersPage(headers.accept)) return sendPage(reply);
        const body = request.body instanceof Buffer ? decode(request.body) : null;
        return await send(request, reply, await pipeline({ method, url, headers, body, address }, request.log));
      },
    });
  });
}

function decode(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch {
    throw new HuiminError("BAD_REQUEST", { message: "The body of the request is not UTF-8." });
  }
}

function codeOf(status: number): ErrorCode {
  if (status === 413) return "REQUEST_TOO_LARGE";
  return status < 500 ? "BAD_REQUEST" : "INTERNAL_SERVER_ERROR";
}

function createSend(cors: Cors) {
  return async ({ headers: asked }: FastifyRequest, reply: FastifyReply, response: HttpResponse) => {
    const { status, headers, body } = response;
    const coding = typeof body === "string" ? contentCoding(asked["accept-encoding"], body) : undefined;
    reply
      .code(status)
      .headers(headers)
      .headers(varied(headers, cors.answer(asked)));
    if (typeof body !== "string") cutStuckReader(reply);
    if (typeof body !== "string" || coding === undefined) return reply.send(body);
    return reply.header("content-encoding", coding).send(await compress(body, coding));
  };
}

/** Longest time in which not a byte of an answer in parts can be sent, in milliseconds. */
const stuckAfterMs = 60_000;

/** Whoever reads nothing at all, though we write, would hold a connection and what waits for it for ever. */
function cutStuckReader(reply: FastifyReply): void {
  reply.raw.setTimeout(stuckAfterMs, () => reply.raw.destroy());
}

/** `more` with its `vary` behind that of `headers`. */
function varied(headers: HttpResponse["headers"], more: HttpResponse["headers"]): HttpResponse["headers"] {
  return headers.vary && more.vary ? { ...more, vary: `${headers.vary}, ${more.vary}` } : more;
}
