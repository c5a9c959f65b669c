/** What identity does now and then, unasked. */
import type { Logger } from "../platform/log.ts";
import type { Queryable } from "../platform/postgres.ts";

export type Chores = Readonly<Record<string, () => Promise<void>>>;

/** Between two rounds, in seconds, unless told. */
const minute = 60;

/** Makes each chore one that some replica does in each round, and not every replica. */
export function inTurn(database: Queryable, chores: Chores, everySeconds = minute): Chores {
  const take = async (name: string) => {
    // Timers are not exact: whoever did it last may well do it again, and nobody else in between.
    const taken = await database.query(
      `INSERT INTO chore (name, begun_at) VALUES ($1, now()) ON CONFLICT (name) DO UPDATE SET begun_at = now()
       WHERE chore.begun_at < now() - make_interval(secs => $2 * 0.75) RETURNING 1`,
      [name, everySeconds],
    );
    return taken.length > 0;
  };
  const inTurns = Object.entries(chores).map(([name, chore]) => [
    name,
    async () => {
      if (await take(name)) await chore();
    },
  ]);
  return Object.fromEntries(inTurns) as Chores;
}

/** Runs the chores every so many seconds, a minute unless told, never two rounds at a time. @returns stops it */
export function runMaintenance(chores: Chores, log: Logger, everySeconds = minute): () => Promise<void> {
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
