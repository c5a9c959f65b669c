/** What went wrong while an operation ran, as the caller may hear it. */
import { type AssuranceChallenge, joinChallenges } from "../../trust/assurance.ts";
import { type ErrorCode, errorCatalogue } from "../../trust/errors.ts";
import type { AnswerError } from "../answer.ts";
import type { Refusal } from "../rights/demand.ts";
import type { ResponsePath } from "./tree.ts";
import type { VisiblePath } from "./visible-path.ts";
import type { Fault } from "./write/writing.ts";

/** Most errors of one answer; a list of thousands would say no more. */
export const maxProblems = 200;

interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly path: ResponsePath | undefined;
  /** The part of an incremental answer that it belongs to. */
  readonly part: number;
  /** With what the caller may read it after all. */
  readonly challenge?: AssuranceChallenge;
}

/** Collects errors: each once, and no more than an answer can hold. */
export class Problems {
  readonly #problems = new Map<string, Problem>();
  readonly #visible: VisiblePath;

  /** @param visible cuts a path where it leaves what the caller selected */
  constructor(visible: VisiblePath) {
    this.#visible = visible;
  }

  get any(): boolean {
    return this.#problems.size > 0;
  }

  add(problem: Problem): void {
    if (this.#problems.size >= maxProblems) return;
    const shown = problem.path && this.#visible(problem.path);
    const path = shown && shown.length > 0 ? shown : undefined;
    this.#problems.set(JSON.stringify([problem.code, problem.message, path]), { ...problem, path });
  }

  /** The one sign-in that would mend all that a better one can. */
  get challenge(): AssuranceChallenge | undefined {
    return joinChallenges([...this.#problems.values()].map(({ challenge }) => challenge));
  }

  /** Adds what the caller may not read. */
  addRefusal({ code, challenge, message = errorCatalogue[code].message }: Refusal, path: ResponsePath, part: number) {
    this.add({ code, message, path, part, ...(challenge && { challenge }) });
  }

  /** Adds what a writer found; false when it only follows from what is known already. */
  addFault(fault: Fault, where: ResponsePath, part: number): boolean {
    const path = this.#visible(where);
    for (const known of this.#problems.values()) {
      if (known.path ? startsWith(known.path, path) || startsWith(path, known.path) : fault === "missing") return false;
    }
    this.add({
      code: "INTERNAL_SERVER_ERROR",
      message: errorCatalogue.INTERNAL_SERVER_ERROR.message,
      path: where,
      part,
    });
    return true;
  }

  /** The errors of a part, or of all. */
  list(belongs: (problem: Problem) => boolean = () => true): AnswerError[] {
    return [...this.#problems.values()].filter(belongs).map(({ code, message, path, challenge }) => ({
      message,
      ...(path && { path }),
      extensions: { code, ...challenge },
    }));
  }
}

/** Whether a path leads to what `prefix` leads to, or further into it. */
export function startsWith(path: ResponsePath, prefix: ResponsePath): boolean {
  return prefix.length <= path.length && prefix.every((step, index) => path[index] === step);
}
