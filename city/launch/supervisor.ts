/** Keeps a part of the city running: when it dies, it is started again, a little later each time. */
import { setTimeout as sleep } from "node:timers/promises";
import { clauseFor } from "../failure.ts";

/** A part that has started. */
export interface RunningPart {
  /** Resolves when it is gone, with how it went: `exit code 1`, `signal SIGKILL`. */
  readonly exited: Promise<string>;
  stop(): Promise<void>;
}

/** Something that can be started again. */
export interface Part {
  readonly name: string;
  start(): Promise<RunningPart>;
}

export interface SupervisorOptions {
  /** Says one sentence to the person at the terminal. */
  readonly say: (sentence: string) => void;
  /** Waits before the `attempt`-th start in a row, counted from 1; milliseconds. */
  readonly delayMs?: (attempt: number) => number;
}

/** Starts in a row after which a part is left alone. */
export const mostAttempts = 6;

/** A part that ran this long was well: its next death counts as the first. */
const wellAfterMs = 60_000;

const backoffMs = (attempt: number) => Math.min(500 * 2 ** (attempt - 1), 15_000);

/**
 * Starts a part and watches it.
 *
 * @returns what ends it for good
 * @throws what `start` throws the first time: a part that never ran is not tried again
 */
export async function supervise(part: Part, options: SupervisorOptions): Promise<() => Promise<void>> {
  const ending = new AbortController();
  const watch = { current: await part.start(), watching: Promise.resolve() };
  watch.watching = keepRunning(part, watch, ending.signal, options);
  return async () => {
    ending.abort();
    await watch.watching;
    await watch.current.stop();
  };
}

async function keepRunning(
  part: Part,
  watch: { current: RunningPart },
  ending: AbortSignal,
  { say, delayMs = backoffMs }: SupervisorOptions,
): Promise<void> {
  const ended = new Promise<undefined>((resolve) => ending.addEventListener("abort", () => resolve(undefined)));
  let attempt = 0;
  let startedAt = performance.now();
  let death = await Promise.race([watch.current.exited, ended]);
  while (death !== undefined && attempt < mostAttempts) {
    attempt = performance.now() - startedAt > wellAfterMs ? 1 : attempt + 1;
    say(`${part.name} stopped (${death}); it is being started again.`);
    await sleep(delayMs(attempt), undefined, { signal: ending }).catch(() => {});
    if (ending.aborted) return;
    startedAt = performance.now();
    death = await startAgain(part, watch, ended, say);
  }
  if (death !== undefined)
    say(`${part.name} stays down after ${mostAttempts} starts; stop the city and start it again.`);
}

/** How the part died after this start; undefined when it was ended on purpose. */
async function startAgain(
  part: Part,
  watch: { current: RunningPart },
  ended: Promise<undefined>,
  say: SupervisorOptions["say"],
): Promise<string | undefined> {
  try {
    watch.current = await part.start();
  } catch (error) {
    return clauseFor(error);
  }
  say(`${part.name} is back.`);
  return await Promise.race([watch.current.exited, ended]);
}
