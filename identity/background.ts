/**
 * Work that an answer does not wait for: messages, and whatever is done for some accounts and not for others, whose
 * time would tell them apart.
 */
import type { Logger } from "../platform/log.ts";

export interface Background {
  /** Starts the work; a failure is logged under its name. */
  run(name: string, work: () => Promise<unknown>): void;
  /** Waits for all that was started. */
  settle(): Promise<void>;
}

export function createBackground(log: Logger): Background {
  const running = new Set<Promise<unknown>>();
  return {
    run: (name, work) => {
      const job = Promise.resolve()
        .then(work)
        .catch((error: unknown) => log.warn({ err: error, work: name }, "background work failed"))
        .finally(() => running.delete(job));
      running.add(job);
    },
    settle: async () => {
      await Promise.all(running);
    },
  };
}
