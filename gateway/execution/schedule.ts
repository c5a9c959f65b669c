/** When the fetches of a run are sent: as soon as what they read is there, together where that costs no time. */
import type { CompiledCall, CompiledPlan } from "./compiled-plan.ts";
import type { Fetch } from "./plan-graph.ts";

/**
 * How long a fetch waits for others of its call, in milliseconds; never longer than the run has taken so
 * far, so that waiting can at most double what came before it.
 */
const maxLinger = 5;

/** The fetches of a call that have not been sent. */
interface Pending {
  open: number;
  ready: Fetch[];
  timer: NodeJS.Timeout | undefined;
}

export interface ScheduleOptions {
  readonly plan: CompiledPlan;
  /** Whether a fetch is wanted under the variables of the run. */
  readonly active: (fetch: Fetch) => boolean;
  /** Sends fetches of a call; undefined when there was nothing to ask for. Must not reject. */
  readonly send: (call: CompiledCall, fetches: readonly Fetch[]) => Promise<void> | undefined;
  /** Hears of each fetch once: when its data is there or lost, or when it is not wanted. */
  readonly onDone: (fetch: Fetch) => void;
}

export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #waitsFor: number[];
  readonly #active: readonly boolean[];
  readonly #pending = new Map<CompiledCall, Pending>();
  readonly #started = performance.now();
  #stopped = false;

  constructor(options: ScheduleOptions) {
    const { plan, active } = options;
    this.#options = options;
    this.#waitsFor = plan.fetches.map(({ after }) => after.length);
    this.#active = plan.fetches.map((fetch) => plan.callOf[fetch.index] !== undefined && active(fetch));
  }

  /** Sends what waits for nothing. */
  start(): void {
    const { fetches, calls } = this.#options.plan;
    for (const call of calls) {
      const open = call.fetches.filter((fetch) => this.#active[fetch.index]).length;
      this.#pending.set(call, { open, ready: [], timer: undefined });
    }
    // What counts as done from the start may release what follows it, so both are told apart first.
    const first = fetches.filter((fetch) => this.#active[fetch.index] && fetch.after.length === 0);
    for (const fetch of fetches) if (!this.#active[fetch.index]) this.#done(fetch);
    for (const fetch of first) this.#ready(fetch);
  }

  /** Sends nothing more, and lets no timer stand. */
  stop(): void {
    this.#stopped = true;
    for (const { timer } of this.#pending.values()) clearTimeout(timer);
  }

  #done(fetch: Fetch): void {
    this.#options.onDone(fetch);
    for (const dependent of this.#options.plan.dependents[fetch.index] ?? []) {
      const left = (this.#waitsFor[dependent.index] ?? 0) - 1;
      this.#waitsFor[dependent.index] = left;
      if (left === 0 && this.#active[dependent.index]) this.#ready(dependent);
    }
  }

  #ready(fetch: Fetch): void {
    const call = this.#options.plan.callOf[fetch.index];
    const pending = call && this.#pending.get(call);
    if (!call || !pending || this.#stopped) return;
    pending.ready.push(fetch);
    if (pending.ready.length === pending.open) this.#send(call, pending);
    else {
      const linger = Math.min(maxLinger, performance.now() - this.#started);
      pending.timer ??= setTimeout(() => this.#send(call, pending), linger);
    }
  }

  #send(call: CompiledCall, pending: Pending): void {
    clearTimeout(pending.timer);
    const fetches = pending.ready;
    pending.timer = undefined;
    pending.ready = [];
    pending.open -= fetches.length;
    const sent = this.#options.send(call, fetches);
    if (sent) void sent.then(() => this.#allDone(fetches));
    else this.#allDone(fetches);
  }

  #allDone(fetches: readonly Fetch[]): void {
    for (const fetch of fetches) this.#done(fetch);
  }
}
