/** Serves any supergraph without sign-in; `--help` says how. */
import pino from "pino";
import { explainStartFailure, stopOnSignal } from "../../platform/lifecycle.ts";
import { createLogger } from "../../platform/log.ts";
import { keepRequestsYoung } from "../../platform/young-generation.ts";
import { readServeOptions, UsageError, usage } from "./options.ts";
import { serveSupergraph } from "./server.ts";

const name = "federation:serve";

keepRequestsYoung();

try {
  const options = readServeOptions(process.argv.slice(2), process.env.INIT_CWD ?? process.cwd());
  if (options) {
    const log = createLogger(name, process.env.LOG_LEVEL ?? "warn", pino.destination(2));
    const service = await serveSupergraph(options, log);
    stopOnSignal(service, log);
    process.stdout.write(`listening on ${service.url}/graphql\n`);
  } else process.stdout.write(usage);
} catch (error) {
  const hint = error instanceof UsageError ? " --help says how." : "";
  process.stderr.write(`${explainStartFailure(name, error)}${hint}\n`);
  process.exitCode = 1;
}
