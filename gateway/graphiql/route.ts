/** GraphiQL on the HTTP server. */
import type { FastifyInstance } from "fastify";
import type { DirectResponse } from "../../platform/direct-route.ts";
import type { Html } from "../../platform/html.ts";
import { contentCoding } from "../http/compression.ts";
import { createAssets } from "./assets.ts";
import { contentSecurityPolicy, type GraphiqlSettings, graphiqlPage, trialPage } from "./page.ts";

/** Adds `/graphiql`, its callback and its files; whoever opens `/` is led there too. The page goes to `/graphql`. */
export function addGraphiql(app: FastifyInstance, settings: GraphiqlSettings): DirectResponse {
  const page = pageOf(graphiqlPage(settings), contentSecurityPolicy(settings.issuer));
  app.get("/graphiql/callback", async (_request, reply) => reply.headers(page.headers).send(page.body));
  addSurroundings(app);
  return page;
}

/** The same at a gateway without sign-in. */
export function addTrialGraphiql(app: FastifyInstance): DirectResponse {
  addSurroundings(app);
  return pageOf(trialPage(), contentSecurityPolicy());
}

function pageOf(page: Html, policy: string): DirectResponse {
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy,
    "cache-control": "no-store",
    vary: "accept",
  };
  return { status: 200, headers, body: String(page) };
}

function addSurroundings(app: FastifyInstance): void {
  const asset = createAssets();
  for (const path of ["/", "/graphiql"]) app.get(path, async (_request, reply) => reply.redirect("/graphql"));
  app.get<{ Params: { name: string } }>("/graphiql/assets/:name", async (request, reply) => {
    const found = await asset(request.params.name);
    if (!found) return reply.callNotFound();
    const coding = contentCoding(request.headers["accept-encoding"], found.text);
    const etag = coding ? `W/${found.etag}` : found.etag;
    reply.headers({ "cache-control": "no-cache", vary: "accept-encoding", etag });
    if (request.headers["if-none-match"] === etag) return reply.code(304).send();
    reply.type(found.type);
    return coding ? reply.header("content-encoding", coding).send(await found.coded(coding)) : reply.send(found.text);
  });
}
