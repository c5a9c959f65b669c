/**
 * A department's own resolvers and store on an HTTP server that believes everybody: what is left of it without any
 * check of who asks. A process of its own: `node plain-subgraph.ts NAME`, with the environment of the department.
 */
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createHttpServer } from "../../platform/http.ts";
import { createLogger } from "../../platform/log.ts";
import { createDatabase, type Queryable } from "../../platform/postgres.ts";
import { cityDay, systemClock } from "../../subgraphs/kit/clock.ts";
import type { SubgraphContext } from "../../subgraphs/kit/context.ts";
import { createOperations } from "../../subgraphs/kit/operation.ts";
import { type SubgraphResolvers, subgraphSchema } from "../../subgraphs/kit/resolvers.ts";
import type { Caller } from "../../trust/caller.ts";
import { sectorPseudonyms } from "../../trust/pseudonym.ts";
import { plainCaller } from "./plain-caller.ts";

interface Department {
  readonly resolvers: SubgraphResolvers;
  readonly loaders: (database: Queryable, caller: Caller) => unknown;
}

const departments: Readonly<Record<string, () => Promise<Department>>> = {
  citizen: async () => {
    const { resolvers } = await import("../../identity/citizen/resolvers.ts");
    const { citizenLoaders } = await import("../../identity/citizen/register.ts");
    const key = Buffer.from(process.env.HUIMIN_PSEUDONYM_KEY ?? "", "base64url");
    const pseudonyms = sectorPseudonyms(key, "government");
    return { resolvers, loaders: (database, caller) => citizenLoaders(database, pseudonyms, caller) };
  },
  health: async () => {
    const { resolvers } = await import("../../subgraphs/health/resolvers/index.ts");
    const { healthLoaders } = await import("../../subgraphs/health/store/loaders.ts");
    return { resolvers, loaders: healthLoaders };
  },
  pension: async () => {
    const { resolvers } = await import("../../subgraphs/pension/resolvers/index.ts");
    const { pensionLoaders } = await import("../../subgraphs/pension/store/loaders.ts");
    return { resolvers, loaders: pensionLoaders };
  },
  employment: async () => {
    const { resolvers } = await import("../../subgraphs/employment/resolvers/index.ts");
    const { employmentLoaders } = await import("../../subgraphs/employment/store/loaders.ts");
    return { resolvers, loaders: employmentLoaders };
  },
  utilities: async () => {
    const { resolvers } = await import("../../subgraphs/utilities/resolvers/index.ts");
    const { utilitiesLoaders } = await import("../../subgraphs/utilities/store/loaders.ts");
    return { resolvers, loaders: utilitiesLoaders };
  },
};

const name = process.argv[2] ?? "";
const department = await departments[name]?.();
if (!department) throw new Error(`no department ${name}`);
const service = name === "citizen" ? "identity" : name;
const log = createLogger(name, "error");
const url = process.env[`${service.toUpperCase()}_DATABASE_URL`] ?? "";
const database = createDatabase({ url, schema: service, log });
const sdl = readFileSync(new URL(`../../schema/${name}.graphql`, import.meta.url), "utf8");
const answer = createOperations(subgraphSchema(sdl, department.resolvers)).answer;
const callerOf = (subject: string): Caller => ({
  subject,
  clientId: "bench",
  scopes: new Set([`${name}:read`]),
  expiresAt: Number.MAX_SAFE_INTEGER,
});
const app = createHttpServer({ log, ready: {} });
app.register(async (scope) => {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  scope.all("/graphql", async (request, reply) => {
    const caller = callerOf(String(request.headers[plainCaller]));
    const context: SubgraphContext = {
      caller,
      loaders: department.loaders(database, caller),
      today: cityDay(systemClock()),
      mayRead: () => true,
    };
    const { method, url: path, headers, raw } = request;
    const body = typeof request.body === "string" ? request.body : null;
    const [text, init] = await answer({
      method,
      url: path,
      headers,
      body,
      raw,
      context: { context, log: request.log },
    });
    return reply
      .code(init.status)
      .headers(init.headers ?? {})
      .send(text);
  });
});
await app.listen({ port: 0, host: "localhost" });
process.send?.({ url: `http://localhost:${(app.server.address() as AddressInfo).port}/graphql` });
process.on("disconnect", () => process.exit());
