/** How the bench's commands end: done, failed with one sentence, or interrupted. */

/** SIGINT or SIGTERM came before the end. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";

  constructor() {
    super("interrupted");
  }
}

/** Runs a command to its end; a failure is one sentence on standard error and an exit code. */
export async function runCommand(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = error instanceof Interrupted ? 130 : 1;
  }
}
