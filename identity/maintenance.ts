/** What identity does now and then, unasked. */
import type { Logger } from "../platform/log.ts";

/** Runs the chores every so many seconds, a minute unless told, never two rounds at a time. @returns stops it */
export function runMaintenance(
  chores: Readonly<Record<string, () => Promise<void>>>,
  log: Logger,
  everySeconds = 60,
): () => Promise<void> {
  let round = Promise.resolve();
  let running = false;
  const run = async () => {
    running = true;
    for (const [name, chore] of Object.entries(chores)) {
      await chore().catch((error: unknown) => log.warn({ err: error, chore: name }, "maintenance failed"));
    }
    running = false;
  };
  const timer = setInterval(() => {
    if (!running) round = run();
  }, everySeconds * 1_000);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await round;
  };
}
