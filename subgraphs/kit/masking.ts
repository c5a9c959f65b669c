/** What callers hear of an error: a code of the catalogue and its sentence, never the inside. */
import type { FastifyBaseLogger } from "fastify";
import { GraphQLError } from "graphql";
import { errorCatalogue, HuiminError } from "../../trust/errors.ts";

/**
 * The error as the caller may hear it. A refusal passes with its code; anything else becomes
 * `INTERNAL_SERVER_ERROR` and is logged, without the variables of the request.
 */
export function maskError(error: GraphQLError, log: FastifyBaseLogger): GraphQLError {
  const cause = error.originalError;
  const { path, source, positions } = error;
  if (cause instanceof HuiminError && cause.code !== "INTERNAL_SERVER_ERROR") {
    if (cause.detail) log.warn({ code: cause.code, detail: cause.detail, path }, "field refused");
    return error;
  }
  log.error({ err: cause ?? error, path }, "field failed");
  const originalError = new HuiminError("INTERNAL_SERVER_ERROR");
  return new GraphQLError(originalError.message, { source, positions, path, originalError });
}

/** The body of an answer that is refused as a whole. */
export function refusalBody(error: HuiminError): string {
  return JSON.stringify({ errors: [{ message: error.message, extensions: error.extensions }] });
}

const httpRefusals = ["METHOD_NOT_ALLOWED", "NOT_ACCEPTABLE", "REQUEST_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"] as const;

/** The catalogue's refusal for an HTTP status; client errors without a code of their own are `BAD_REQUEST`. */
export function refusalOfStatus(status: number): HuiminError {
  if (status >= 500) return new HuiminError("INTERNAL_SERVER_ERROR");
  return new HuiminError(httpRefusals.find((code) => errorCatalogue[code].status === status) ?? "BAD_REQUEST");
}
