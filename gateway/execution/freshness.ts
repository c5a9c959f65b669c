/** How long a whole answer may be kept: no longer than the part that ages first (RFC 9111, section 4.2). */
import type { Cacheability, SubgraphAnswer } from "../boundary/boundary.ts";
import { together } from "../boundary/cacheability.ts";

export class Freshness {
  #cacheability: Cacheability | undefined;
  #keep = true;

  /** Takes one more part into account. Errors, and parts that say nothing, must not be kept. */
  add({ errors, cacheability }: SubgraphAnswer): void {
    if (errors.length > 0 || !cacheability) this.#keep = false;
    else this.#cacheability = this.#cacheability ? together(this.#cacheability, cacheability) : cacheability;
  }

  /** Undefined when the answer must not be kept. */
  get cacheability(): Cacheability | undefined {
    return this.#keep ? this.#cacheability : undefined;
  }
}
