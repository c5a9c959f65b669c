/** What of a subgraph's answer may go further. */
import { type AssuranceChallenge, isAssuranceLevel } from "../../trust/assurance.ts";
import { type ErrorCode, errorCatalogue, isErrorCode } from "../../trust/errors.ts";
import type { EntityList, SubgraphAnswer, SubgraphError } from "./boundary.ts";

/** Codes that speak of the caller's sign-in: at them clients sign out, or send her to sign in. */
const signInCodes: ReadonlySet<ErrorCode> = new Set([
  "UNAUTHENTICATED",
  "TOKEN_EXPIRED",
  "INSUFFICIENT_USER_AUTHENTICATION",
]);

/** Codes that speak of data; the rest speak of the gateway's own request. */
const passedCodes: ReadonlySet<ErrorCode> = new Set(["FORBIDDEN", "BAD_USER_INPUT", "SUBGRAPH_UNAVAILABLE"]);

/** Codes with which a subgraph that may speak to people explains itself in its own words. */
const passedSentences: ReadonlySet<ErrorCode> = new Set(["UNAUTHENTICATED", "FORBIDDEN", "BAD_USER_INPUT"]);

const maxSentence = 300;
const maxErrors = 100;
const maxPathLength = 60;

/**
 * Reads the body of a subgraph's answer as a GraphQL response to a request for these lists of `entities`
 * (none when it asked for root fields).
 *
 * @param maySpeak whether the subgraph is trusted to speak to people; else its sentences are the catalogue's, and it says
 *   nothing of how she is signed in
 * @returns undefined when it is none, or not one to that request
 */
export function checkAnswer(
  body: unknown,
  entities: readonly EntityList[],
  maySpeak: boolean,
): SubgraphAnswer | undefined {
  if (!isRecord(body)) return undefined;
  const { data = null, errors = [] } = body;
  if (!Array.isArray(errors) || (data === null && errors.length === 0)) return undefined;
  if (data !== null && !isRecord(data)) return undefined;
  if (data !== null && !entities.every((list) => hasEntities(data, list))) return undefined;
  return { data, errors: errors.slice(0, maxErrors).map((error) => maskError(error, maySpeak)) };
}

function hasEntities(data: Record<string, unknown>, { responseName, representations }: EntityList): boolean {
  const found = data[responseName];
  return Array.isArray(found) && found.length === representations.length;
}

function maskError(error: unknown, maySpeak: boolean): SubgraphError {
  const { message, path, extensions } = isRecord(error) ? error : {};
  const more = isRecord(extensions) ? extensions : {};
  const code = maskCode(more.code, maySpeak);
  const challenge = code === "INSUFFICIENT_USER_AUTHENTICATION" ? readChallenge(more) : undefined;
  const keepsSentence = maySpeak && passedSentences.has(code) && typeof message === "string" && message.length > 0;
  return {
    code,
    message: keepsSentence ? message.slice(0, maxSentence) : errorCatalogue[code].message,
    ...(isPath(path) && { path }),
    ...(challenge && { challenge }),
  };
}

function maskCode(code: unknown, maySpeak: boolean): ErrorCode {
  // The gateway has validated all but the form of custom scalars: that is what a subgraph may still refuse.
  if (code === "GRAPHQL_VALIDATION_FAILED") return "BAD_USER_INPUT";
  if (!isErrorCode(code)) return "INTERNAL_SERVER_ERROR";
  // Whether she is signed in, and how well, is between her and the city: a company that says otherwise fails.
  if (signInCodes.has(code)) return maySpeak ? code : "SUBGRAPH_UNAVAILABLE";
  return passedCodes.has(code) ? code : "INTERNAL_SERVER_ERROR";
}

/** What a department says would do (RFC 9470, 3), as the kit writes it; undefined for anything else. */
function readChallenge({ acr_values, max_age }: Record<string, unknown>): AssuranceChallenge | undefined {
  if (!isAssuranceLevel(acr_values)) return undefined;
  const isAge = typeof max_age === "number" && Number.isSafeInteger(max_age) && max_age >= 0;
  return { acr_values, ...(isAge && { max_age }) };
}

function isPath(value: unknown): value is (string | number)[] {
  return (
    Array.isArray(value) &&
    value.length <= maxPathLength &&
    value.every((step) => typeof step === "string" || typeof step === "number")
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
