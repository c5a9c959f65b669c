/** A supergraph that stands in a file: served as it is, and as it becomes. */
import { unwatchFile, watchFile } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Logger } from "../../platform/log.ts";
import { createGenerations, type Generations, type Serving } from "./generations.ts";

/** How often the file is looked at, in milliseconds. Looking follows links, which messages of the kernel do not. */
const lookEveryMs = 500;

/** How long a changed file must have been left alone before it is read, in milliseconds. */
const settledMs = 100;

/**
 * Serves the supergraph in a file, and whatever supergraph the file holds later; see `Generations.reload`.
 *
 * @param open makes the generation of a supergraph; `before` is the one that it follows
 * @throws what reading the file or `open` throws for the first one
 */
export async function serveSupergraphFile<G extends Serving>(
  file: string | URL,
  open: (sdl: string, before: G | undefined) => Promise<G>,
  log: Logger,
): Promise<Generations<G>> {
  const generations = createGenerations(await open(await readFile(file, "utf8"), undefined), open, log);
  let settled: NodeJS.Timeout | undefined;
  const read = async () => {
    try {
      await generations.reload(await readFile(file, "utf8"));
    } catch (error) {
      log.error({ err: error }, "the supergraph file cannot be read; the one before it goes on");
    }
  };
  const changed = () => {
    clearTimeout(settled);
    settled = setTimeout(read, settledMs);
  };
  // The listener is given for `unwatchFile`: others may look at the same file.
  watchFile(file, { interval: lookEveryMs, persistent: false }, changed);
  return {
    ...generations,
    async close() {
      unwatchFile(file, changed);
      clearTimeout(settled);
      await generations.close();
    },
  };
}
