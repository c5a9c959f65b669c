/**
 * The gateway's own pipeline, planner, engine and caches, without any check of who asks, with nothing to show to
 * subgraphs but the name of who asks: what is left of it without trust. A process of its own, with SUBGRAPHS as JSON.
 */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import type { Admission } from "../../gateway/admission/admit.ts";
import { createEntrance } from "../../gateway/admission/entrance.ts";
import { createBoundary } from "../../gateway/boundary/boundary.ts";
import type { Credentials } from "../../gateway/boundary/credentials.ts";
import { createEntityCache } from "../../gateway/cache/entity-cache.ts";
import { createCarryOut, type ExecutableGeneration } from "../../gateway/carry-out.ts";
import { createDocuments } from "../../gateway/http/documents.ts";
import { addGraphQLRoute } from "../../gateway/http/route.ts";
import { startSubscriptions } from "../../gateway/live/live.ts";
import { createPipeline } from "../../gateway/pipeline.ts";
import { createGeneration } from "../../gateway/supergraph/generation.ts";
import { createGenerations } from "../../gateway/supergraph/generations.ts";
import { loadSupergraph } from "../../gateway/supergraph/supergraph.ts";
import { createHttpServer } from "../../platform/http.ts";
import { createMemoryStore } from "../../platform/keyvalue.ts";
import { createLogger } from "../../platform/log.ts";
import { plainCaller } from "./plain-caller.ts";

const log = createLogger("plain gateway", "error");
const admissionOf = (subject: string): Admission => ({
  admitted: {
    kind: "signed in",
    caller: { subject, clientId: "bench", scopes: new Set<string>(), expiresAt: Number.MAX_SAFE_INTEGER },
    tokenId: subject,
    level: "urn:huimin:loa:3",
    signedInAt: Number.MAX_SAFE_INTEGER,
    role: null,
  },
});
const nameOnly: Credentials = async ({ admitted }) => {
  const subject = admitted.kind === "signed in" ? admitted.caller.subject : "";
  return { headers: { [plainCaller]: subject }, identity: subject };
};
const addresses = new Map(
  Object.entries(JSON.parse(process.env.SUBGRAPHS ?? "{}") as Record<string, string>).map(
    ([name, url]) => [name, new URL(url)] as const,
  ),
);
const sdl = readFileSync(new URL("../../schema/supergraph.graphql", import.meta.url), "utf8");
const supergraph = await loadSupergraph(sdl, { addresses });
const boundary = createEntityCache({
  boundary: createBoundary(addresses, nameOnly),
  supergraph,
  store: createMemoryStore(),
  secret: randomBytes(32),
});
const generation: ExecutableGeneration = { ...createGeneration(supergraph), boundary };
const generations = createGenerations(generation, () => Promise.reject(new Error("one is enough")), log);
const app = createHttpServer({ log, ready: {} });
const carryOut = createCarryOut({
  generations,
  documents: createDocuments(createMemoryStore()),
  subscriptions: startSubscriptions({ generations, credentials: nameOnly, log }),
});
addGraphQLRoute(
  app,
  createPipeline({ enter: createEntrance(async ({ headers }) => admissionOf(String(headers[plainCaller]))), carryOut }),
);
await app.listen({ port: 0, host: "localhost" });
process.send?.({ url: `http://localhost:${(app.server.address() as AddressInfo).port}/graphql` });
process.on("disconnect", () => process.exit());
