/** What a command has to work with: the words that were typed, and the terminal at which they were. */
import { parseArgs } from "node:util";
import type { Logger } from "../../platform/log.ts";
import type { IdentityConfig } from "../config.ts";
import type { ChangeOptions } from "./changes.ts";

export interface AdminTerminal {
  readonly config: IdentityConfig;
  readonly log: Logger;
  /** Who types, for the record. */
  readonly actor: string;
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
  /** What is piped in, by lines. */
  readonly input: AsyncIterable<string>;
}

export interface Command extends ChangeOptions {
  readonly words: readonly string[];
  readonly json: boolean;
  readonly prune: boolean;
}

/** The words make no command. */
export class Misunderstood extends Error {}

/** @throws Misunderstood when a flag is not known */
export function readCommand(args: readonly string[], actor: string): Command {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        "dry-run": { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        prune: { type: "boolean", default: false },
      },
      allowPositionals: true,
    });
    return { actor, words: positionals, dryRun: values["dry-run"], json: values.json, prune: values.prune };
  } catch (error) {
    throw new Misunderstood(error instanceof Error ? error.message : "The flags are not understood.");
  }
}
