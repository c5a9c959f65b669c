/** GraphiQL on the HTTP server. */
import type { FastifyInstance, FastifyReply } from "fastify";
import { contentCoding } from "../http/compression.ts";
import { createAssets } from "./assets.ts";
import { contentSecurityPolicy, type GraphiqlSettings, graphiqlPage, trialPage } from "./page.ts";

/** Answers a request with a page. */
type SendPage = (reply: FastifyReply) => FastifyReply;

/** Adds `/graphiql`, its callback and its files; whoever opens `/` is led there too. */
export function addGraphiql(app: FastifyInstance, settings: GraphiqlSettings): SendPage {
  const sendPage = pageSender(String(graphiqlPage(settings)), contentSecurityPolicy(settings.issuer));
  app.get("/graphiql/callback", async (_request, reply) => sendPage(reply));
  addSurroundings(app);
  return sendPage;
}

/** The same at a gateway without sign-in. */
export function addTrialGraphiql(app: FastifyInstance): SendPage {
  addSurroundings(app);
  return pageSender(String(trialPage()), contentSecurityPolicy());
}

function pageSender(page: string, policy: string): SendPage {
  return (reply) =>
    reply
      .type("text/html; charset=utf-8")
      .header("content-security-policy", policy)
      .header("cache-control", "no-store")
      .header("vary", "accept")
      .send(page);
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
