/** A subgraph of any schema that remembers what it was asked. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buildSubgraphSchema, type GraphQLResolverMap } from "@apollo/subgraph";
import { graphql, parse } from "graphql";
import { transactionTokenHeader } from "../../trust/transaction-token.ts";

export interface RecordingSubgraph {
  readonly url: string;
  /** The documents that came in, in their order. */
  readonly asked: string[];
  /** The transaction tokens that came with them. */
  readonly tokens: string[];
  close(): Promise<void>;
}

/** Starts it; it believes whatever comes. */
export async function startRecordingSubgraph(
  sdl: string,
  resolvers: GraphQLResolverMap<unknown>,
): Promise<RecordingSubgraph> {
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers }]);
  const asked: string[] = [];
  const tokens: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { query, variables } = JSON.parse(Buffer.concat(chunks).toString());
    asked.push(query);
    tokens.push(String(request.headers[transactionTokenHeader]));
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(await graphql({ schema, source: query, variableValues: variables })));
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/graphql`,
    asked,
    tokens,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
