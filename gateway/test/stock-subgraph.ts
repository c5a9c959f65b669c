/** A subgraph that adds to the products of another, and can be made to wait. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { parse } from "graphql";
import { createHandler } from "graphql-http/lib/use/http";

export interface StockSubgraph {
  readonly sdl: string;
  readonly url: string;
  /** Answers nothing until it is released. */
  hold(): { release(): void };
  close(): Promise<void>;
}

const sdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Product @key(fields: "id") { id: ID!  inStock: Int! }
`;

/** Starts it on a free port. */
export async function startStockSubgraph(): Promise<StockSubgraph> {
  let released = Promise.resolve();
  const answer = createHandler({
    schema: buildSubgraphSchema([
      {
        typeDefs: parse(sdl),
        resolvers: { Product: { __resolveReference: ({ id }: { id: string }) => ({ id, inStock: 7 }) } },
      },
    ]),
  });
  const server = createServer(async (request, response) => {
    await released;
    await answer(request, response);
  });
  await once(server.listen(0, "localhost"), "listening");
  return {
    sdl,
    url: `http://localhost:${(server.address() as AddressInfo).port}/graphql`,
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      released = promise;
      return { release: resolve };
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
