/** The state of writing one answer. */
import type { Refusal } from "../../rights/demand.ts";
import type { ResponsePath, Tree } from "../tree.ts";
import type { Decisions } from "./guards.ts";

/** Why a value cannot stand where it should. */
export type Fault = "missing" | "unfit";

/**
 * Writes data to text. Writing is done without keeping track of the path; only when something does not
 * fit the schema is it done again, this time with the path, to say where.
 */
export class Writing {
  /** What was written so far. Kept by value: going back to an earlier text is all it takes to undo. */
  text = "";
  /** Set when something does not fit or may not be read, and `path` was not kept. */
  faulty = false;
  /** Where the writing is; undefined on the first way through. */
  readonly path: (string | number)[] | undefined;
  readonly decisions: Decisions;
  /** Whether each list of entities had fewer representations than objects, so that objects are shared. */
  readonly shared: readonly boolean[];
  /** Whether strings can be written as they are, because none holds anything to be escaped. */
  readonly plain: boolean;
  readonly #texts = new Map<number, Map<unknown, string>>();
  readonly #onFault: (fault: Fault, path: ResponsePath) => void;
  readonly #onNull: (path: ResponsePath) => void;
  readonly #onRefusal: (refusal: Refusal, path: ResponsePath) => void;

  constructor(options: {
    readonly decisions: Decisions;
    readonly shared: readonly boolean[];
    readonly plain: boolean;
    /** The path to what is written; undefined on the first way through. */
    readonly path?: ResponsePath;
    readonly onFault?: (fault: Fault, path: ResponsePath) => void;
    /** Hears where a null took the place of something that does not fit. */
    readonly onNull?: (path: ResponsePath) => void;
    /** Hears what the caller may not read, and why. */
    readonly onRefusal?: (refusal: Refusal, path: ResponsePath) => void;
  }) {
    this.decisions = options.decisions;
    this.shared = options.shared;
    this.plain = options.plain;
    this.path = options.path && [...options.path];
    this.#onFault = options.onFault ?? (() => {});
    this.#onNull = options.onNull ?? (() => {});
    this.#onRefusal = options.onRefusal ?? (() => {});
  }

  /** Notes that a value is missing or does not fit; always false, for writers to return. */
  fault(fault: Fault): false {
    if (this.path) this.#onFault(fault, [...this.path]);
    else this.faulty = true;
    return false;
  }

  /** Notes that the caller may not read what was to be written. */
  refuse(refusal: Refusal): void {
    if (this.path) this.#onRefusal(refusal, [...this.path]);
    else this.faulty = true;
  }

  /** Notes that null stands for what was being written. */
  nulled(): void {
    if (this.path) this.#onNull([...this.path]);
  }

  /** The text of a shared object at a position, if it was written there before. */
  written(position: number, value: unknown): string | undefined {
    return this.#texts.get(position)?.get(value);
  }

  remember(position: number, value: unknown, text: string): void {
    const texts = this.#texts.get(position);
    if (texts) texts.set(value, text);
    else this.#texts.set(position, new Map([[value, text]]));
  }
}

/**
 * Writes a value.
 *
 * @returns false when null must take the place of what the value is in; `text` is then of no use
 */
export type WriteValue = (value: unknown, writing: Writing) => boolean;

/** Writes an object. */
export type WriteObject = (object: Tree, writing: Writing) => boolean;
