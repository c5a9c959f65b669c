/** The parts of an incremental answer, each as soon as it can be shown. */
import type { DeferredPart, Fetch } from "./plan-graph.ts";

export class Delivery {
  readonly #open: number[] = [];
  readonly #done = new Set<Fetch>();
  readonly #delivered = new Set<number>();
  readonly #waiting: Set<DeferredPart>;
  #wake: () => void = () => {};

  constructor(fetches: readonly Fetch[], deferred: readonly DeferredPart[]) {
    for (const { part } of fetches) this.#open[part] = (this.#open[part] ?? 0) + 1;
    this.#waiting = new Set(deferred);
  }

  /** Notes that a fetch is done. */
  done(fetch: Fetch): void {
    this.#done.add(fetch);
    this.#open[fetch.part] = (this.#open[fetch.part] ?? 0) - 1;
    this.#wake();
  }

  /** Whether parts are left. */
  get more(): boolean {
    return this.#waiting.size > 0;
  }

  /** Waits for all that is shown first. */
  async first(): Promise<void> {
    while ((this.#open[0] ?? 0) > 0) await this.#change();
    this.#delivered.add(0);
  }

  /** Waits for the next part that is complete, and marks it as delivered. */
  async next(): Promise<DeferredPart> {
    for (;;) {
      for (const part of this.#waiting) {
        if (!this.#complete(part)) continue;
        this.#waiting.delete(part);
        this.#delivered.add(part.part);
        return part;
      }
      await this.#change();
    }
  }

  #complete({ part, parent, after }: DeferredPart): boolean {
    return (this.#open[part] ?? 0) <= 0 && this.#delivered.has(parent) && after.every((fetch) => this.#done.has(fetch));
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
