/** Answer to bytes: status, headers and body, by the GraphQL over HTTP specification. */
import type { Readable } from "node:stream";
import type { DirectResponse } from "../../platform/direct-route.ts";
import type { AssuranceChallenge } from "../../trust/assurance.ts";
import { type ErrorCode, errorCatalogue } from "../../trust/errors.ts";
import { proofAlgorithms } from "../../trust/proof-signature.ts";
import type { Answer, AnswerError, WrittenAnswer } from "../answer.ts";
import type { Cacheability } from "../boundary/boundary.ts";
import type { AnswerMediaType } from "./media-type.ts";
import { multipartFraming, multipartMediaType } from "./multipart.ts";
import { eventStreamFraming, eventStreamMediaType } from "./sse.ts";
import { framedBody, streamHeaders, type TextStream } from "./stream.ts";

/** An HTTP response that is ready to be sent, but for its content coding. */
export interface HttpResponse extends DirectResponse {
  readonly body: string | Readable;
}

/** For the header `Allow`. */
export const allowedMethods = "GET, HEAD, POST, OPTIONS";

/**
 * The request headers on which an answer depends. With the token among them no cache, not even that of a
 * browser that two citizens use, gives one what it keeps for the other.
 */
const answersVaryBy = "accept, accept-encoding, authorization";

/** Faults of a well-formed request: as plain `application/json` they are answered with 200. */
const documentFaults: ReadonlySet<ErrorCode> = new Set([
  "PERSISTED_QUERY_NOT_FOUND",
  "QUERY_NOT_IN_SAFELIST",
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "COST_ESTIMATED_TOO_EXPENSIVE",
  "OPERATION_RESOLUTION_FAILURE",
  "BAD_USER_INPUT",
]);

/**
 * The response for an answer. One without `data` takes the status of its first error.
 *
 * @param more further headers
 */
export function writeAnswer(
  answer: Answer,
  mediaType: AnswerMediaType,
  more: HttpResponse["headers"] = {},
): HttpResponse {
  const refusal = answer.data === undefined ? answer.errors?.[0] : undefined;
  return {
    status: refusal ? statusOf(refusal.extensions.code, mediaType) : 200,
    headers: {
      "content-type": mediaType,
      "cache-control": "private, no-store",
      vary: answersVaryBy,
      ...more,
      ...(refusal && refusalHeaders(refusal)),
    },
    body: JSON.stringify(answer),
  };
}

/** The response for an answer that is text already. */
export function writeWhole(
  { body, cacheability }: WrittenAnswer,
  mediaType: AnswerMediaType,
  more: HttpResponse["headers"] = {},
): HttpResponse {
  return {
    status: 200,
    headers: { "content-type": mediaType, vary: answersVaryBy, ...more, ...freshness(cacheability) },
    body,
  };
}

/** What caches on the way may do with an answer (RFC 9111). */
function freshness(cacheability: Cacheability | undefined): Record<string, string> {
  if (!cacheability) return { "cache-control": "private, no-store" };
  const { scope, maxAgeSeconds, ageSeconds } = cacheability;
  return { "cache-control": `${scope.toLowerCase()}, max-age=${maxAgeSeconds}`, age: String(ageSeconds) };
}

/** The response for an answer with `@defer`, part by part. */
export function writeParts(texts: TextStream, more: HttpResponse["headers"]): HttpResponse {
  return writeStream(multipartMediaType, framedBody(texts, multipartFraming), more);
}

/** The response for one answer or many as server-sent events; refusals too are events in it. */
export function writeEvents(texts: TextStream, more: HttpResponse["headers"]): HttpResponse {
  return writeStream(eventStreamMediaType, framedBody(texts, eventStreamFraming), more);
}

function writeStream(mediaType: string, body: Readable, more: HttpResponse["headers"]): HttpResponse {
  return { status: 200, headers: { ...streamHeaders, "content-type": mediaType, vary: answersVaryBy, ...more }, body };
}

function statusOf(code: ErrorCode, mediaType: AnswerMediaType): number {
  return mediaType.startsWith("application/json") && documentFaults.has(code) ? 200 : errorCatalogue[code].status;
}

function refusalHeaders({ extensions }: AnswerError): Record<string, string> {
  switch (extensions.code) {
    case "INSUFFICIENT_USER_AUTHENTICATION":
      return challengeHeaders(extensions);
    case "UNAUTHENTICATED":
      return { "www-authenticate": challenges() };
    case "TOKEN_INVALID":
    case "TOKEN_EXPIRED":
      return { "www-authenticate": challenges("invalid_token", extensions.code) };
    case "DPOP_PROOF_INVALID":
      return { "www-authenticate": challenge("DPoP", "invalid_dpop_proof", extensions.code) };
    case "METHOD_NOT_ALLOWED":
      return { allow: allowedMethods };
    default:
      return {};
  }
}

/** With what the caller may read all that she asked for (RFC 9470, 3). */
export function challengeHeaders({ acr_values, max_age }: Partial<AssuranceChallenge>): Record<string, string> {
  const more = {
    ...(acr_values !== undefined && { acr_values }),
    ...(max_age !== undefined && { max_age: String(max_age) }),
  };
  const code = "INSUFFICIENT_USER_AUTHENTICATION";
  return { "www-authenticate": challenges("insufficient_user_authentication", code, more) };
}

/** Both ways to show a token (RFC 6750, 3; RFC 9449, 7.1). */
function challenges(error?: string, code?: ErrorCode, more?: Record<string, string>): string {
  return `${challenge("DPoP", error, code, more)}, ${challenge("Bearer", error, code, more)}`;
}

/** The sentences of the catalogue keep to the characters that a description may have. */
function challenge(
  scheme: "DPoP" | "Bearer",
  error?: string,
  code?: ErrorCode,
  more: Record<string, string> = {},
): string {
  const parameters = {
    realm: "huimin",
    ...(error !== undefined && { error }),
    ...(code !== undefined && { error_description: errorCatalogue[code].message }),
    ...more,
    ...(scheme === "DPoP" && { algs: proofAlgorithms.join(" ") }),
  };
  return `${scheme} ${Object.entries(parameters)
    .map(([name, value]) => `${name}="${value}"`)
    .join(", ")}`;
}
