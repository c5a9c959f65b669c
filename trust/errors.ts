/**
 * Every error that the graph can answer with. `docs/errors.md` describes each; a test holds both
 * against one another. OAuth endpoints use the codes of OAuth and OpenID Connect instead.
 */
import type { AssuranceChallenge } from "./assurance.ts";

/** The HTTP status of a request that fails as a whole, and the sentence the caller reads. */
interface ErrorKind {
  readonly status: number;
  readonly message: string;
}

/** Code (`extensions.code` of a GraphQL error) to its kind. Codes are stable; sentences may improve. */
export const errorCatalogue = {
  BAD_REQUEST: { status: 400, message: "The request is not a well-formed GraphQL request." },
  CSRF_PREVENTED: {
    status: 400,
    message: "Send a GET with the header Content-Type: application/json or Apollo-Require-Preflight: true.",
  },
  PERSISTED_QUERY_NOT_FOUND: {
    status: 400,
    message: "No document is known by this name. Send the document with it.",
  },
  QUERY_NOT_IN_SAFELIST: {
    status: 400,
    message: "This service runs registered documents only, and this one is not registered.",
  },
  GRAPHQL_PARSE_FAILED: { status: 400, message: "The document is not valid GraphQL." },
  GRAPHQL_VALIDATION_FAILED: { status: 400, message: "The operation does not fit the schema." },
  COST_ESTIMATED_TOO_EXPENSIVE: {
    status: 400,
    message: "The operation is estimated to cost more than is allowed. Ask for shorter lists or fewer fields at once.",
  },
  OPERATION_RESOLUTION_FAILURE: {
    status: 400,
    message: "The operation to run cannot be determined; name it in operationName.",
  },
  BAD_USER_INPUT: { status: 400, message: "An argument has a value that is not allowed." },
  UNAUTHENTICATED: { status: 401, message: "Sign in to read this." },
  TOKEN_INVALID: { status: 401, message: "The access token is not valid here. Sign in again." },
  TOKEN_EXPIRED: { status: 401, message: "The access token has expired. Get a fresh one and try again." },
  DPOP_PROOF_INVALID: {
    status: 401,
    message: "The proof of possession (header DPoP) is missing or does not count. Make a new one for this request.",
  },
  INSUFFICIENT_USER_AUTHENTICATION: {
    status: 401,
    message: "Sign in again with more certainty to read this.",
  },
  FORBIDDEN: { status: 403, message: "You are not allowed to read this." },
  METHOD_NOT_ALLOWED: { status: 405, message: "Use POST, or GET for queries." },
  RATE_LIMITED: { status: 429, message: "Too many requests. Wait as long as the header Retry-After says." },
  NOT_ACCEPTABLE: {
    status: 406,
    message: "The answer is available as application/graphql-response+json or application/json only.",
  },
  REQUEST_TOO_LARGE: { status: 413, message: "The request is larger than this service accepts." },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, message: "Send the request as application/json in UTF-8." },
  TOO_MANY_SUBSCRIPTIONS: {
    status: 429,
    message: "There are too many live subscriptions already. End one of them first.",
  },
  SUBGRAPH_UNAVAILABLE: {
    status: 503,
    message: "A service that holds this data does not answer right now. Try again later.",
  },
  OVERLOADED: { status: 503, message: "There is too much to do right now. Try again in a moment." },
  REVOCATIONS_UNKNOWN: {
    status: 503,
    message: "Whether this right still stands cannot be told right now. Try again in a moment.",
  },
  READ_NOT_RECORDED: {
    status: 503,
    message: "This read could not be recorded, so nothing was read. Try again in a moment.",
  },
  SUBSCRIPTION_ENDED: { status: 503, message: "The subscription has ended on our side. Subscribe again." },
  INTERNAL_SERVER_ERROR: { status: 500, message: "Something went wrong on our side. Try again later." },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorCatalogue;

/** True for the codes of the catalogue. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(errorCatalogue, code);
}

/**
 * A refusal. `message` is for the caller, `detail` for the log; neither may hold personal data or a
 * secret.
 */
export class HuiminError extends Error {
  override readonly name = "HuiminError";
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  /** Of `INSUFFICIENT_USER_AUTHENTICATION`: what would do. */
  readonly challenge: AssuranceChallenge | undefined;

  constructor(
    code: ErrorCode,
    options: { message?: string; detail?: string; cause?: unknown; challenge?: AssuranceChallenge } = {},
  ) {
    super(options.message ?? errorCatalogue[code].message, { cause: options.cause });
    this.code = code;
    this.detail = options.detail;
    this.challenge = options.challenge;
  }

  /** HTTP status when the whole request fails with this error. */
  get status(): number {
    return errorCatalogue[this.code].status;
  }

  /** Read by graphql-js when the error is thrown in a resolver. */
  get extensions(): { readonly code: ErrorCode } & Partial<AssuranceChallenge> {
    return { code: this.code, ...this.challenge };
  }
}
