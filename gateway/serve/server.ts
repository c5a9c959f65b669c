/** Any supergraph behind the gateway's own pipeline, without sign-in. For trials and tests. */
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { ConfigError } from "../../platform/config.ts";
import { createHttpServer } from "../../platform/http.ts";
import { createMemoryStore } from "../../platform/keyvalue.ts";
import type { RunningService } from "../../platform/lifecycle.ts";
import type { Logger } from "../../platform/log.ts";
import { admitEverybody } from "../admission/admit.ts";
import { createEntrance } from "../admission/entrance.ts";
import { createBoundary } from "../boundary/boundary.ts";
import { forwardedCredentials } from "../boundary/credentials.ts";
import { createCarryOut, type ExecutableGeneration } from "../carry-out.ts";
import { addTrialGraphiql } from "../graphiql/route.ts";
import { createDocuments } from "../http/documents.ts";
import { addGraphQLRoute } from "../http/route.ts";
import { addGraphQLSocket } from "../http/websocket.ts";
import { startSubscriptions } from "../live/live.ts";
import { generousLimits } from "../operation/limits.ts";
import { createPipeline } from "../pipeline.ts";
import { createGeneration } from "../supergraph/generation.ts";
import { loadSupergraph } from "../supergraph/supergraph.ts";
import { serveSupergraphFile } from "../supergraph/supergraph-file.ts";
import { type ServeOptions, UsageError } from "./options.ts";

/** Largest request: documents and variables of test suites may be large. */
const maxBodyBytes = 4 * 1024 * 1024;

/**
 * Starts to serve the supergraph of a file, and whatever the file becomes.
 *
 * @throws UsageError when the file cannot be read or is no supergraph
 */
export async function serveSupergraph({ file, port }: ServeOptions, log: Logger): Promise<RunningService> {
  await requireReadable(file);
  const generations = await serveSupergraphFile(file, (sdl) => openGeneration(file, sdl), log);
  const documents = createDocuments(createMemoryStore());
  const subscriptions = startSubscriptions({ generations, credentials: forwardedCredentials, log });
  const app = createHttpServer({ log, ready: {}, bodyLimit: maxBodyBytes });
  const close = async () => {
    await subscriptions.close();
    await app.close();
    await generations.close();
  };
  try {
    const enter = createEntrance(admitEverybody);
    const carryOut = createCarryOut({ generations, documents, subscriptions });
    const page = addTrialGraphiql(app);
    addGraphQLRoute(app, createPipeline({ enter, carryOut }), { page });
    addGraphQLSocket(app, { enter, carryOut, isOriginAllowed: () => false, log });
    await app.listen({ port, host: "localhost" });
  } catch (error) {
    await close();
    throw error;
  }
  return { url: `http://localhost:${(app.server.address() as AddressInfo).port}`, close };
}

async function requireReadable(file: string): Promise<void> {
  try {
    await readFile(file);
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw new UsageError(missing ? `there is no file ${file}.` : `${file} cannot be read.`, { cause: error });
  }
}

async function openGeneration(file: string, sdl: string): Promise<ExecutableGeneration> {
  const supergraph = await loadSupergraph(sdl).catch((error: unknown) => {
    throw new UsageError(`${file} holds no supergraph that can be served (${reasonOf(error)}).`, { cause: error });
  });
  const boundary = createBoundary(supergraph.addresses, forwardedCredentials);
  const generation = createGeneration(supergraph, { compiler: { limits: generousLimits } });
  return {
    ...generation,
    boundary,
    async close() {
      await boundary.close();
      await generation.close();
    },
  };
}

/** The first line of what composition and planner say, without the punctuation at its end. */
function reasonOf(error: unknown): string {
  if (error instanceof ConfigError) return error.faults.join("; ");
  const [reason = ""] = error instanceof Error ? error.message.split("\n", 1) : [];
  return reason.replace(/[.\s]*(Caused by:)?$/, "");
}
