/** What the commands of this folder have in common: flags, and one sentence when something is wrong. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import { CityError, clauseFor, sentenceFor } from "./failure.ts";

/**
 * Parses flags strictly.
 *
 * @param usage one line, shown after the sentence
 * @throws CityError for an unknown flag or a flag without its value
 */
export function readFlags<const T extends ParseArgsConfig>(config: T, usage: string): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    const [sentence = ""] = clauseFor(error).split(". ", 1);
    throw new CityError(`${sentence}. Usage: ${usage}`);
  }
}

/**
 * Runs a command; what goes wrong becomes one sentence on standard error and exit code 1. Set
 * LOG_LEVEL=debug to see where it came from.
 */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    const detail = process.env.LOG_LEVEL === "debug" && error instanceof Error ? `\n${error.stack}` : "";
    process.stderr.write(`${sentenceFor(error)}${detail}\n`);
    process.exitCode = 1;
  }
}
