/** What a person at the terminal is told when something cannot be done. */

/** A failure with a known cause. `message` is one sentence that names the way out; it is all that is shown. */
export class CityError extends Error {
  override readonly name = "CityError";
}

/** The sentence for whatever was thrown. */
export function sentenceFor(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : "Something unknown went wrong";
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** As `sentenceFor`, to stand inside a sentence of ours. */
export function clauseFor(error: unknown): string {
  return sentenceFor(error).replace(/[.!?]$/, "");
}

/** Why a server cannot be reached, to stand inside a sentence of ours. */
export function reasonOf(error: unknown): string {
  const code = errorCode(error);
  if (code === "ECONNREFUSED") return "nothing answers there";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "there is no such host";
  return clauseFor(error);
}

/** The `code` of a system or PostgreSQL error, if there is one. */
export function errorCode(error: unknown): string | undefined {
  if (error instanceof AggregateError) return errorCode(error.errors[0]);
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
