/**
 * The stock gateway behind Apollo Server, as its documentation starts it; it forwards `authorization`, as
 * every contender does.
 *
 *     node stock.ts SUPERGRAPH PORT
 */
import { readFile } from "node:fs/promises";
import { ApolloGateway, RemoteGraphQLDataSource } from "@apollo/gateway";
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";

interface Context {
  readonly authorization?: string | undefined;
}

class ForwardingDataSource extends RemoteGraphQLDataSource<Context> {
  override willSendRequest({
    request,
    context,
  }: Parameters<NonNullable<RemoteGraphQLDataSource<Context>["willSendRequest"]>>[0]): void {
    if (context.authorization) request.http?.headers.set("authorization", context.authorization);
  }
}

const [supergraphFile = "", port = ""] = process.argv.slice(2);
const gateway = new ApolloGateway({
  supergraphSdl: await readFile(supergraphFile, "utf8"),
  buildService: ({ url = "" }) => new ForwardingDataSource({ url }),
});
await startStandaloneServer(new ApolloServer<Context>({ gateway }), {
  listen: { port: Number(port), host: "localhost" },
  context: async ({ req }) => ({ authorization: req.headers.authorization }),
});
