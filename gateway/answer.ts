/** What the graph answers, and the ways in which it refuses to. */
import type { GraphQLError, GraphQLFormattedError } from "graphql";
import type { AssuranceChallenge } from "../trust/assurance.ts";
import { type ErrorCode, errorCatalogue, HuiminError } from "../trust/errors.ts";
import type { Cacheability } from "./boundary/boundary.ts";

/** An error as the caller reads it. `extensions.code` is always one of the catalogue. */
export interface AnswerError extends GraphQLFormattedError {
  readonly extensions: { readonly code: ErrorCode } & Partial<AssuranceChallenge>;
}

/** A GraphQL response (GraphQL specification, section 7.1). Without `data` nothing was executed. */
export interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly AnswerError[];
}

/** A GraphQL response as it goes out. */
export interface WrittenAnswer {
  /** JSON text. */
  readonly body: string;
  /** How long it may be kept, and for whom; missing when it must not be. */
  readonly cacheability?: Cacheability;
  /** With what the caller may read what she was refused. */
  readonly challenge?: AssuranceChallenge;
}

/** A request that is refused as a whole for one or more faults of its document or variables. */
export class RequestRefused extends Error {
  override readonly name = "RequestRefused";
  readonly errors: readonly AnswerError[];

  /** The messages of `errors` are shown to the caller: they may speak of her own request only. */
  constructor(code: ErrorCode, errors: readonly GraphQLError[]) {
    super(errorCatalogue[code].message);
    this.errors = errors.map(({ message, locations }) => ({
      message,
      ...(locations && { locations }),
      extensions: { code },
    }));
  }

  /** The same refusal with one more error at its end. */
  with(error: AnswerError): RequestRefused {
    const { message, errors } = this;
    return Object.assign(new RequestRefused(error.extensions.code, []), { message, errors: [...errors, error] });
  }
}

/** One error with a code of the catalogue; its sentence unless `message` says it better. */
export function answerError(
  code: ErrorCode,
  message: string = errorCatalogue[code].message,
  challenge?: AssuranceChallenge,
): AnswerError {
  return { message, extensions: { code, ...challenge } };
}

/** What the caller may hear of something that was thrown: a refusal, or only that we failed. */
export function errorsOf(thrown: unknown): readonly AnswerError[] {
  if (thrown instanceof RequestRefused) return thrown.errors;
  if (thrown instanceof HuiminError) return [answerError(thrown.code, thrown.message, thrown.challenge)];
  return [answerError("INTERNAL_SERVER_ERROR")];
}
