/** The calls in flight to one subgraph, and one timer for all of them. */
import type { Exchange } from "./exchange.ts";

/** How often calls are looked through for those whose time is over, in milliseconds. */
const tick = 100;

/** A list and not a Set: adding to a Set and removing from it cost a third of a whole call. */
export class Deadlines {
  readonly #exchanges: Exchange[] = [];
  #timer: NodeJS.Timeout | undefined;

  get size(): number {
    return this.#exchanges.length;
  }

  add(exchange: Exchange): void {
    exchange.place = this.#exchanges.push(exchange) - 1;
    this.#timer ??= setInterval(() => this.#expireLate(), tick);
  }

  /** The last one takes the place of the one that leaves. */
  remove({ place }: Exchange): void {
    const last = this.#exchanges.pop();
    if (!last || last.place === place) return;
    this.#exchanges[place] = last;
    last.place = place;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #expireLate(): void {
    const now = performance.now();
    // Whoever expires may leave the list at once.
    for (const exchange of [...this.#exchanges]) if (exchange.deadline <= now) exchange.expire();
    if (this.size === 0) this.stop();
  }
}
