/** The same over sockets: subgraphs as servers, and the gateway as `npm run federation:serve` starts it. */
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import fc from "fast-check";
import { buildSchema, type GraphQLSchema, parse, print } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningService } from "../../../platform/lifecycle.ts";
import { createLogger } from "../../../platform/log.ts";
import { startPlannerThread } from "../../planning/planner-thread.ts";
import { serveSupergraph } from "../../serve/server.ts";
import { composeFixture, documentText, monolith, type Run, subgraph } from "./fixture.ts";
import { shop } from "./fixtures/shop.ts";
import { operationNumbers } from "./generated.ts";
import { writeOperation } from "./operations.ts";

const servers = new Map<string, Server>();
let gateway: RunningService;
let folder: string;
let schema: GraphQLSchema;
let run: Run;

beforeAll(async () => {
  for (const name of Object.keys(shop.subgraphs)) servers.set(name, await startSubgraph(subgraph(shop, name)));
  const sdl = composeFixture(shop, (name) => `http://localhost:${portOf(name)}/graphql`);
  schema = await apiSchema(sdl);
  run = monolith(shop, schema);
  folder = await mkdtemp(join(tmpdir(), "federation-"));
  const file = join(folder, "supergraph.graphql");
  await writeFile(file, sdl);
  gateway = await serveSupergraph({ file, port: 0 }, createLogger("gateway", "silent"));
});
afterAll(async () => {
  await gateway.close();
  for (const server of servers.values()) server.close();
  await rm(folder, { recursive: true });
});

async function startSubgraph(answer: Run): Promise<Server> {
  const server = createServer(async (request, response) => {
    // Only the gateway calls here.
    const { query, variables } = (await json(request)) as { query: string; variables: Record<string, unknown> };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(await answer(parse(query), variables)));
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  return server;
}

function portOf(name: string): number {
  const address = servers.get(name)?.address();
  if (typeof address !== "object" || address === null) throw new Error(`${name} does not listen`);
  return address.port;
}

async function apiSchema(sdl: string): Promise<GraphQLSchema> {
  const { apiSdl, planner } = await startPlannerThread(sdl);
  await planner.close();
  return buildSchema(apiSdl);
}

describe("generated operations over HTTP", () => {
  it("are answered as by one schema over all the data", async () => {
    const property = fc.asyncProperty(operationNumbers, async (numbers) => {
      const { document, variables } = writeOperation(schema, "query", numbers);
      const expected = await run(document, variables);
      const response = await fetch(`${gateway.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json" },
        body: JSON.stringify({ query: print(document), variables }),
      });
      expect(await response.json(), documentText(document, variables)).toEqual(JSON.parse(JSON.stringify(expected)));
    });
    await fc.assert(property, { seed: 20_261_124, numRuns: 150 });
  }, 60_000);
});
