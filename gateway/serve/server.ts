/** Any supergraph behind the gateway's own pipeline, without sign-in. For trials and tests. */
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createHttpServer } from "../../platform/http.ts";
import type { RunningService } from "../../platform/lifecycle.ts";
import type { Logger } from "../../platform/log.ts";
import { admitEverybody } from "../admission/admit.ts";
import { createBoundary } from "../boundary/boundary.ts";
import { forwardedCredentials } from "../boundary/credentials.ts";
import { createStockExecutor } from "../execution/stock-executor.ts";
import { addGraphQLRoute } from "../http/route.ts";
import { generousLimits } from "../operation/limits.ts";
import { createPipeline, type Pipeline } from "../pipeline.ts";
import { loadSupergraph } from "../supergraph/supergraph.ts";
import { type ServeOptions, UsageError } from "./options.ts";
import { watchFile } from "./watched-file.ts";

/** One supergraph while it is served. */
interface Generation {
  readonly id: string;
  readonly pipeline: Pipeline;
  /** Lets calls in flight finish, then frees everything. */
  close(): Promise<void>;
}

/**
 * Starts to serve the supergraph of a file, and whatever the file becomes.
 *
 * @throws UsageError when the file cannot be read or is no supergraph
 */
export async function serveSupergraph({ file, port }: ServeOptions, log: Logger): Promise<RunningService> {
  let current = await openGeneration(file, await readSupergraph(file));
  const app = createHttpServer({ log, ready: {} });
  const reload = async (text: string) => {
    try {
      const next = await openGeneration(file, text);
      const previous = current;
      current = next;
      log.info({ supergraph: next.id }, "serving another supergraph");
      await previous.close();
    } catch (error) {
      log.error({ err: error }, "the changed supergraph is not served; the one before it still is");
    }
  };
  const stopWatching = watchFile(file, reload);
  const close = async () => {
    stopWatching();
    await app.close();
    await current.close();
  };
  try {
    await addGraphQLRoute(app, (request, requestLog) => current.pipeline(request, requestLog));
    await app.listen({ port, host: "localhost" });
  } catch (error) {
    await close();
    throw error;
  }
  return { url: `http://localhost:${(app.server.address() as AddressInfo).port}`, close };
}

async function readSupergraph(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw new UsageError(missing ? `there is no file ${file}.` : `${file} cannot be read.`, { cause: error });
  }
}

async function openGeneration(file: string, sdl: string): Promise<Generation> {
  const supergraph = await loadSupergraph(sdl).catch((error: unknown) => {
    const [reason = ""] = error instanceof Error ? error.message.split("\n", 1) : [];
    const sentence = reason.replace(/\.*$/, "");
    throw new UsageError(`${file} holds no supergraph that can be served (${sentence}).`, { cause: error });
  });
  const boundary = createBoundary(supergraph.addresses, forwardedCredentials);
  const executor = createStockExecutor(supergraph, boundary);
  return {
    id: supergraph.id,
    pipeline: createPipeline({
      supergraph,
      admit: admitEverybody,
      executor,
      compiler: { limits: generousLimits },
    }),
    async close() {
      await boundary.close();
      await supergraph.planner.close();
    },
  };
}
