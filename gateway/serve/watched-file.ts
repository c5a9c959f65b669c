/** A file and what becomes of it. */
import { watch } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";

/** How long a file must have been left alone before it counts as written, in milliseconds. */
const settledMs = 100;

/**
 * Calls `changed` with the text of a file whenever it was written or replaced by another, one call at a
 * time. The folder is watched, not the file: whoever replaces a file makes a new one.
 *
 * @returns stops watching
 */
export function watchFile(file: string, changed: (text: string) => Promise<void>): () => void {
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void> = Promise.resolve();
  const read = () => {
    // A file that is gone for a moment is on its way back; the next event reads it.
    turn = turn.then(async () => changed(await readFile(file, "utf8"))).catch(() => {});
  };
  const watcher = watch(dirname(file), (_event, name) => {
    if (name !== null && name !== basename(file)) return;
    clearTimeout(timer);
    timer = setTimeout(read, settledMs);
  });
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
}
