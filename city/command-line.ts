/** What the commands of this folder have in common: flags, and one sentence when something is wrong. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import { CityError, clauseFor, sentenceFor } from "./failure.ts";
import { clearedLine } from "./progress.ts";

/** Somebody asked with `--help` how a command is used. */
class UsageAsked extends Error {
  override readonly name = "UsageAsked";
}

/**
 * Parses flags strictly. `--help` is always one of them.
 *
 * @param usage one line, shown after the sentence
 * @throws CityError for an unknown flag or a flag without its value; UsageAsked, which `runCommand` knows
 */
export function readFlags<const T extends ParseArgsConfig>(config: T, usage: string): ReturnType<typeof parseArgs<T>> {
  if ((config.args ?? process.argv.slice(2)).includes("--help")) throw new UsageAsked(usage);
  try {
    return parseArgs(config);
  } catch (error) {
    const [sentence = ""] = clauseFor(error).split(". ", 1);
    throw new CityError(`${sentence}. Usage: ${usage}`);
  }
}

/** Says on standard error, in one sentence, what went wrong; with LOG_LEVEL=debug also where. */
export function complain(error: unknown, env: NodeJS.ProcessEnv): void {
  const origin = env.LOG_LEVEL === "debug" && error instanceof Error ? `\n${error.stack}` : "";
  process.stderr.write(`${clearedLine(process.stderr)}${sentenceFor(error)}${origin}\n`);
}

/** Runs a command to its end; what goes wrong becomes one sentence and exit code 1. */
export async function runCommand(env: NodeJS.ProcessEnv, command: () => Promise<void>): Promise<void> {
  // Whoever read along may leave, as `head` does; the command goes on without.
  process.stdout.on("error", () => {});
  process.stderr.on("error", () => {});
  try {
    await command();
  } catch (error) {
    if (error instanceof UsageAsked) {
      process.stdout.write(`Usage: ${error.message}\n`);
      return;
    }
    complain(error, env);
    process.exitCode = 1;
  }
}
