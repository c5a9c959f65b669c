/** Stops asking a subgraph that does not answer, and tries again with one call at a time. */

const settings = {
  /** Failures in a row after which nothing more is asked. */
  failuresInRow: 10,
  /** Share of failures, of at least `leastCalls`, after which nothing more is asked. */
  failureRatio: 0.5,
  leastCalls: 20,
  /** Length of the two halves of the window in which calls are counted, in milliseconds. */
  halfWindow: 5_000,
  /** How long nothing is asked after the first failure, doubled with each failed trial; in milliseconds. */
  firstPause: 1_000,
  longestPause: 30_000,
} as const;

/** What a caller holds while its call runs. */
export type Permit = number;

export interface CircuitBreaker {
  /** Whether a call may be made now; undefined when not. Every permit must be given back by `record`. */
  admit(): Permit | undefined;
  /** Tells how the call ended. */
  record(permit: Permit, succeeded: boolean): void;
}

interface Counts {
  calls: number;
  failures: number;
}

/** @param now milliseconds on any clock that does not go back */
export function createCircuitBreaker(now: () => number = () => performance.now()): CircuitBreaker {
  let state: "closed" | "open" | "trying" = "closed";
  // Calls that were admitted before the last change of state tell nothing about the present one.
  let epoch = 0;
  let pause: number = settings.firstPause;
  let opensAgainAt = 0;
  const window = createWindow(now);

  const open = () => {
    state = "open";
    epoch += 1;
    opensAgainAt = now() + pause;
    pause = Math.min(pause * 2, settings.longestPause);
  };
  const close = () => {
    state = "closed";
    epoch += 1;
    pause = settings.firstPause;
    window.clear();
  };
  return {
    admit() {
      if (state === "closed") return epoch;
      if (state === "trying" || now() < opensAgainAt) return undefined;
      state = "trying";
      return epoch;
    },
    record(permit, succeeded) {
      if (permit !== epoch) return;
      const tooMany = state === "closed" ? window.count(succeeded) : !succeeded;
      if (tooMany) open();
      else if (state === "trying") close();
    },
  };
}

/** Counts calls of the last 5 to 10 seconds; tells whether too many of them failed. */
function createWindow(now: () => number) {
  let current: Counts = { calls: 0, failures: 0 };
  let previous: Counts = { calls: 0, failures: 0 };
  let startedAt = now();
  let inRow = 0;
  const clear = () => {
    current = { calls: 0, failures: 0 };
    previous = { calls: 0, failures: 0 };
    startedAt = now();
    inRow = 0;
  };
  const roll = () => {
    const age = now() - startedAt;
    if (age < settings.halfWindow) return;
    previous = age < 2 * settings.halfWindow ? current : { calls: 0, failures: 0 };
    current = { calls: 0, failures: 0 };
    startedAt = now();
  };
  const count = (succeeded: boolean): boolean => {
    roll();
    current.calls += 1;
    if (succeeded) {
      inRow = 0;
      return false;
    }
    current.failures += 1;
    inRow += 1;
    const calls = current.calls + previous.calls;
    const failures = current.failures + previous.failures;
    return (
      inRow >= settings.failuresInRow || (calls >= settings.leastCalls && failures >= calls * settings.failureRatio)
    );
  };
  return { clear, count };
}
