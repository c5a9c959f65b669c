/** GraphiQL on the HTTP server. */
import type { FastifyInstance, FastifyReply } from "fastify";
import { contentCoding } from "../http/compression.ts";
import { createAssets } from "./assets.ts";
import { contentSecurityPolicy, type GraphiqlSettings, graphiqlPage } from "./page.ts";

/**
 * Adds `/graphiql`, its callback and its files; whoever opens `/` is led there too.
 *
 * @returns the function that answers a request with the page
 */
export function addGraphiql(app: FastifyInstance, settings: GraphiqlSettings): (reply: FastifyReply) => FastifyReply {
  const page = String(graphiqlPage(settings));
  const policy = contentSecurityPolicy(settings.issuer);
  const asset = createAssets();
  const sendPage = (reply: FastifyReply) =>
    reply
      .type("text/html; charset=utf-8")
      .header("content-security-policy", policy)
      .header("cache-control", "no-store")
      .header("vary", "accept")
      .send(page);

  for (const path of ["/", "/graphiql"]) app.get(path, async (_request, reply) => reply.redirect("/graphql"));
  app.get("/graphiql/callback", async (_request, reply) => sendPage(reply));
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
  return sendPage;
}
