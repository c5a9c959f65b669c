/** Keeps repetitions a small part of all calls, so that they never multiply the load on a subgraph in trouble. */

const settings = {
  /** Repetitions that are allowed at once after a calm time. */
  most: 20,
  /** What every call adds: one repetition for ten calls. */
  perCall: 0.1,
} as const;

export interface RetryBudget {
  /** Counts a call. */
  called(): void;
  /** Whether one may be repeated now; if so, that is counted. */
  spend(): boolean;
}

/** The budget of one subgraph; full at the start. */
export function createRetryBudget(): RetryBudget {
  let left: number = settings.most;
  return {
    called: () => {
      left = Math.min(left + settings.perCall, settings.most);
    },
    spend: () => {
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}
