/** From the tree of a run to the text of its answer. */
import type { AnswerError } from "../answer.ts";
import type { Run } from "./run.ts";
import type { ResponsePath } from "./tree.ts";
import type { Decisions } from "./write/guards.ts";
import { type WriteValue, Writing } from "./write/writing.ts";

/** What is to be written, and where in the answer it stands. */
export interface DataToWrite {
  readonly write: WriteValue;
  readonly value: unknown;
  readonly path: ResponsePath;
  /** The part of an incremental answer that its faults belong to. */
  readonly part: number;
}

export interface WrittenData {
  readonly text: string;
  /** Where null took the place of something that does not fit. */
  readonly nulled: readonly ResponsePath[];
}

/** Writes data; what does not fit the schema becomes null and a problem of the run. */
export function writeData(run: Run, decisions: Decisions, { write, value, path, part }: DataToWrite): WrittenData {
  const { shared, plain } = run;
  const fast = new Writing({ decisions, shared, plain });
  if (write(value, fast) && !fast.faulty) return { text: fast.text, nulled: [] };
  const nulled: ResponsePath[] = [];
  const exact = new Writing({
    decisions,
    shared,
    plain,
    path,
    onFault: (fault, where) => {
      if (!run.problems.addFault(fault, where, part)) return;
      run.log.error({ path: where }, "data of a subgraph does not fit the schema");
    },
    onRefusal: (refusal, where) => run.problems.addRefusal(refusal, where, part),
    onNull: (where) => nulled.push(where),
  });
  return write(value, exact) ? { text: exact.text, nulled } : { text: "null", nulled: [...nulled, path] };
}

/** The members of a response, errors first when there are any (GraphQL specification, section 7.1). */
export function responseMembers(data: string, errors: readonly AnswerError[]): string {
  return errors.length === 0 ? `"data":${data}` : `"errors":${JSON.stringify(errors)},"data":${data}`;
}
