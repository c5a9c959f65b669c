/** `/graphql` on the HTTP server: hands the bytes to the pipeline and its answer back. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type ErrorCode, HuiminError } from "../../trust/errors.ts";
import { errorsOf } from "../answer.ts";
import type { Pipeline } from "../pipeline.ts";
import { defaultMediaType, prefersPage } from "./media-type.ts";
import { type HttpResponse, writeAnswer } from "./response.ts";

/** Answers somebody who opens the address in a browser. */
type SendPage = (reply: FastifyReply) => FastifyReply;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Adds `/graphql`, with `sendPage` also a page for browsers. Bodies of every type arrive here, so that all
 * refusals have the form of a GraphQL answer.
 *
 * No check against cross-site request forgery is needed: nothing but an Authorization header, which no
 * page of another origin can make a browser send, ever authenticates a request, and there are no
 * cookies. No CORS header is sent either: pages of other origins cannot read answers.
 */
export async function addGraphQLRoute(app: FastifyInstance, pipeline: Pipeline, sendPage?: SendPage): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", { parseAs: "buffer" }, async (_request: FastifyRequest, body: Buffer) =>
      decode(body),
    );
    scope.setErrorHandler(async (error: FastifyError | HuiminError, request, reply) => {
      const refused = error instanceof HuiminError ? error : new HuiminError(codeOf(error.statusCode ?? 500));
      if (refused.status >= 500) request.log.error({ err: error, req: request }, "request failed");
      return send(reply, writeAnswer({ errors: errorsOf(refused) }, defaultMediaType));
    });
    scope.all("/graphql", async (request, reply) => {
      const { method, url, headers, body } = request;
      if (sendPage && method === "GET" && prefersPage(headers.accept)) return sendPage(reply);
      const response = await pipeline(
        { method, url, headers, body: typeof body === "string" ? body : null, address: request.ip },
        request.log,
      );
      return send(reply, response);
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

function send(reply: FastifyReply, { status, headers, body }: HttpResponse): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}
