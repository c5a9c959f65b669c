/** The lines that `npm start` writes while it prepares. */

/** One line of progress that grows, and is finished. */
export interface ProgressLine {
  update(text: string): void;
  done(text: string): void;
}

const numbers = new Intl.NumberFormat("en");

/** `2,000`. */
export function formatCount(count: number): string {
  return numbers.format(count);
}

/** Opens the line `label`; on a terminal updates overwrite it, elsewhere only its end is written. */
export function progressLine(label: string, out: NodeJS.WriteStream = process.stdout): ProgressLine {
  const began = performance.now();
  const title = `  ${label.padEnd(10)}`;
  return {
    update(text) {
      if (out.isTTY) out.write(`\r\x1b[K${title}${text}`);
    },
    done(text) {
      const seconds = ((performance.now() - began) / 1_000).toFixed(1);
      out.write(`${out.isTTY ? "\r\x1b[K" : ""}${title}${text} (${seconds} s)\n`);
    },
  };
}
