/**
 * How a service process begins and ends: configuration first, one clear sentence when it cannot
 * start, and a bounded, orderly stop on SIGTERM, SIGINT or the death of the process that started it.
 */
import { ConfigError, type ConfigOf, type ConfigSpec, type commonSettings, loadConfig } from "./config.ts";
import { createLogger, type Logger } from "./log.ts";
import { keepRequestsYoung } from "./young-generation.ts";

/** A service that has started. */
export interface RunningService {
  /** Where it answers, for instance `http://localhost:4001`. */
  readonly url: string;
  /** Stops accepting work, finishes what is in flight and frees everything. */
  close(): Promise<void>;
}

/** What a child tells the launcher over IPC. */
export type LifecycleMessage =
  | { readonly type: "ready"; readonly url: string }
  | { readonly type: "failed"; readonly reason: string };

type SpecWithLog = ConfigSpec & typeof commonSettings;

/** A service cannot start, and the message is the whole sentence for the person at the terminal. */
export class StartRefused extends Error {
  override readonly name = "StartRefused";
}

const stopTimeoutMs = 10_000;

/**
 * Runs a service until it is told to stop. Exit codes: 0 stopped in order, 1 failed to start or to
 * stop, 78 (EX_CONFIG of sysexits.h) refused its configuration.
 */
export async function runService<S extends SpecWithLog>(
  name: string,
  spec: S,
  start: (config: ConfigOf<S>, log: Logger) => Promise<RunningService>,
): Promise<void> {
  keepRequestsYoung();
  let service: RunningService;
  let log: Logger;
  try {
    const config = loadConfig(name, spec, process.env);
    log = createLogger(name, String(config.logLevel));
    service = await start(config, log);
  } catch (error) {
    const reason = explainStartFailure(name, error);
    tellLauncher({ type: "failed", reason });
    process.stderr.write(`${reason}\n`);
    process.exit(error instanceof ConfigError ? 78 : 1);
  }
  stopOnSignal(service, log);
  log.info({ url: service.url }, "ready");
  tellLauncher({ type: "ready", url: service.url });
}

function tellLauncher(message: LifecycleMessage): void {
  if (process.connected) process.send?.(message);
}

/** Closes the service when the process is told to stop, or when whoever started it is gone; then exits. */
export function stopOnSignal(service: Pick<RunningService, "close">, log: Logger): void {
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => {
      log.error(`not stopped within ${stopTimeoutMs} ms, leaving now`);
      process.exit(1);
    }, stopTimeoutMs).unref();
    try {
      await service.close();
      process.exit(0);
    } catch (error) {
      log.error({ err: error }, "stop failed");
      process.exit(1);
    }
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  // Without its launcher an embedded service would be an orphan that holds ports.
  if (process.connected) process.on("disconnect", stop);
  // It may even have died while the service was starting.
  else if (process.send) void stop();
}

/** One sentence for the person at the terminal; the known causes are named with what to do next. */
export function explainStartFailure(name: string, error: unknown): string {
  if (error instanceof ConfigError || error instanceof StartRefused) return error.message;
  if (!(error instanceof Error)) return `${name} cannot start.`;
  const code = "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE" && "port" in error) {
    return `${name} cannot start: port ${error.port} is taken. Stop what listens there, or choose another port.`;
  }
  if (code === "ECONNREFUSED" || code === "ENOTFOUND") {
    return `${name} cannot start: a server that it needs does not answer (${error.message || code}).`;
  }
  return `${name} cannot start: ${error.message}`;
}
