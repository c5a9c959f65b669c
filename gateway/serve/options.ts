/** The command line of `npm run federation:serve`. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { tcpPort } from "../../platform/config.ts";

export interface ServeOptions {
  /** Path of the supergraph SDL. */
  readonly file: string;
  readonly port: number;
}

export const usage = `npm run federation:serve -- --supergraph FILE [--port N]

Serves the supergraph in FILE, as composition writes it, for trials and tests: everybody may read
everything, and the Authorization header of a request goes on to the subgraphs as it is. The addresses
of the subgraphs are those in the supergraph. A changed FILE is served at once.

  --supergraph FILE  composed supergraph SDL
  --port N           port to listen on, 4000 unless given
  --help             this text

LOG_LEVEL=debug says more, on standard error.
`;

const defaultPort = "4000";

/** A command line that cannot be followed. The message names the way out. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * Reads the flags.
 *
 * @param folder what a relative path is relative to
 * @returns undefined when help is asked for
 * @throws UsageError
 */
export function readServeOptions(args: readonly string[], folder: string): ServeOptions | undefined {
  const { supergraph, port, help } = parseFlags(args);
  if (help) return undefined;
  if (!supergraph) throw new UsageError("--supergraph FILE is missing.");
  const number = tcpPort.safeParse(port);
  if (!number.success) throw new UsageError("--port takes a number from 1 to 65535.");
  return { file: resolve(folder, supergraph), port: number.data };
}

function parseFlags(args: readonly string[]) {
  const options = {
    supergraph: { type: "string" },
    port: { type: "string", default: defaultPort },
    help: { type: "boolean", short: "h", default: false },
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const [sentence = ""] = error instanceof Error ? error.message.split(". ", 1) : [];
    throw new UsageError(`${sentence}.`);
  }
}
