/**
 * Structured logs (one JSON object a line, on standard output).
 *
 * Secrets and personal data stay out by construction: requests are logged by method and route, never
 * by address, errors by type, message and stack, and the fields below are blanked wherever they turn up.
 */
import { type Bindings, type DestinationStream, type LogFn, type Logger, pino } from "pino";

export type { Logger };

const secretFields = [
  "authorization",
  "cookie",
  "password",
  "token",
  "accessToken",
  "refreshToken",
  "idToken",
  "code",
  "secret",
  "residentId",
  "mobile",
  "name",
  "variables",
];

const redactedPaths = secretFields.flatMap((field) => [`data.${field}`, `*.data.${field}`, `headers.${field}`]);

/** A logger for one service. `level` is a pino level name. */
export function createLogger(service: string, level: string, destination?: DestinationStream): Logger {
  const options = {
    name: service,
    level,
    redact: { paths: redactedPaths, censor: "[hidden]" },
    serializers: { req: describeRequest, res: describeResponse, err: describeError },
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return destination ? pino(options, destination) : pino(options);
}

/** What a request logs with. */
type Sentence = Parameters<LogFn>;

/** A child of `parent` that is made when it first has something to say: most requests say nothing. */
export class LateChild {
  readonly #parent: Logger;
  readonly #bindings: Bindings;
  #made: Logger | undefined;

  constructor(parent: Logger, bindings: Bindings) {
    this.#parent = parent;
    this.#bindings = bindings;
  }

  get level(): string {
    return this.#parent.level;
  }

  child(bindings: Bindings): Logger {
    return this.#child().child(bindings);
  }

  trace(...sentence: Sentence): void {
    if (this.#parent.isLevelEnabled("trace")) this.#child().trace(...sentence);
  }

  debug(...sentence: Sentence): void {
    if (this.#parent.isLevelEnabled("debug")) this.#child().debug(...sentence);
  }

  info(...sentence: Sentence): void {
    if (this.#parent.isLevelEnabled("info")) this.#child().info(...sentence);
  }

  warn(...sentence: Sentence): void {
    this.#child().warn(...sentence);
  }

  error(...sentence: Sentence): void {
    this.#child().error(...sentence);
  }

  fatal(...sentence: Sentence): void {
    this.#child().fatal(...sentence);
  }

  silent(): void {}

  #child(): Logger {
    this.#made ??= this.#parent.child(this.#bindings);
    return this.#made;
  }
}

/** The route's pattern stands for the path, which may name a person or carry a secret. */
function describeRequest(request: { method?: string; id?: string; routeOptions?: { url?: string } }) {
  return { id: request.id, method: request.method, path: request.routeOptions?.url };
}

function describeResponse(response: { statusCode?: number }) {
  return { status: response.statusCode };
}

function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const described: Record<string, unknown> = { type: error.name, message: error.message, stack: error.stack };
  if ("code" in error && typeof error.code === "string") described.code = error.code;
  if (error.cause instanceof Error) described.cause = describeError(error.cause);
  return described;
}
