/** The lines that `npm start` writes while it prepares. */

/** One line of progress that grows, and is finished. */
export interface ProgressLine {
  update(text: string): void;
  /** What comes after is not written. */
  close(): void;
  done(text: string): void;
}

const numbers = new Intl.NumberFormat("en");

/** `2,000`. */
export function formatCount(count: number): string {
  return numbers.format(count);
}

/** What takes back, on a terminal, a line of progress that was not finished. */
export function clearedLine(out: NodeJS.WriteStream): string {
  return out.isTTY ? "\r\x1b[K" : "";
}

/** Opens the line `label`; on a terminal updates overwrite it, elsewhere only its end is written. */
export function progressLine(label: string, out: NodeJS.WriteStream = process.stdout): ProgressLine {
  const began = performance.now();
  const title = `  ${label.padEnd(10)}`;
  let closed = false;
  return {
    update(text) {
      if (out.isTTY && !closed) out.write(`${clearedLine(out)}${title}${text}`);
    },
    close() {
      closed = true;
    },
    done(text) {
      const seconds = ((performance.now() - began) / 1_000).toFixed(1);
      if (!closed) out.write(`${clearedLine(out)}${title}${text} (${seconds} s)\n`);
      closed = true;
    },
  };
}
