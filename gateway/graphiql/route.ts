/** GraphiQL on the HTTP server. */
import type { FastifyInstance, FastifyReply } from "fastify";
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
    reply.header("cache-control", "no-cache").header("etag", found.etag);
    if (request.headers["if-none-match"] === found.etag) return reply.code(304).send();
    return reply.type(found.type).send(found.text);
  });
  return sendPage;
}
