/** A real subgraph that streams: by server-sent events and by WebSocket, through the libraries that define both. */
import { EventEmitter, on, once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { parse } from "graphql";
import { createHandler as createHttpHandler } from "graphql-http/lib/use/http";
import { createHandler as createEventHandler } from "graphql-sse/lib/use/http";
import { useServer } from "graphql-ws/use/ws";
import { type WebSocket, WebSocketServer } from "ws";

export interface StreamingSubgraph {
  readonly sdl: string;
  /** For queries, and for subscriptions as server-sent events. */
  readonly url: string;
  /** For subscriptions over WebSocket. */
  readonly socketUrl: string;
  /** The headers of each subscription that was begun here, in order. */
  readonly begun: readonly IncomingHttpHeaders[];
  /** How many subscriptions are live now. */
  live(): number;
  /** Sends the next price of a product to all subscriptions. */
  publish(id: string, price: number): void;
  /** Ends all subscriptions in order. */
  complete(): void;
  /** Drops all connections without a word. */
  drop(): void;
  close(): Promise<void>;
}

const sdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { products: [Product!]! }
  type Subscription { priceChanged(id: ID!): Product  refused: Product }
  type Product @key(fields: "id") { id: ID!  price: Int! }
`;

/** Starts it on a free port. */
export async function startStreamingSubgraph(): Promise<StreamingSubgraph> {
  const prices = new EventEmitter().setMaxListeners(0);
  const begun: IncomingHttpHeaders[] = [];
  let live = 0;
  // No generator: one that waits for an event cannot be told that nobody listens any more.
  const changes = (id: string) => {
    const events = on(prices, `price ${id}`, { close: ["complete"] });
    live += 1;
    const end = () => {
      live -= 1;
      end.isOver = true;
    };
    end.isOver = false;
    const iterator = {
      async next() {
        const { done, value } = await events.next();
        if (done && !end.isOver) end();
        return done ? { done, value: undefined } : { done: false, value: { priceChanged: value[0] } };
      },
      async return() {
        if (!end.isOver) end();
        await events.return?.();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  };
  const schema = buildSubgraphSchema([
    {
      typeDefs: parse(sdl),
      resolvers: {
        Query: { products: () => [{ id: "1", price: 10 }] },
        Subscription: {
          priceChanged: {
            subscribe: (_root: unknown, { id }: { id: string }, context: { headers: IncomingHttpHeaders }) => {
              begun.push(context.headers);
              return changes(id);
            },
          },
          refused: {
            subscribe: () => {
              throw new Error("a reason that is nobody's business");
            },
          },
        },
        Product: { __resolveReference: ({ id }: { id: string }) => ({ id, price: Number(id) * 10 }) },
      },
    },
  ]);
  const queries = createHttpHandler({ schema });
  const events = createEventHandler({ schema, context: ({ raw }) => ({ headers: raw.headers }) });
  const server = createServer((request, response) => {
    const streams = request.headers.accept?.includes("text/event-stream");
    // Whoever leaves in the middle makes them reject.
    void Promise.resolve(streams ? events(request, response) : queries(request, response)).catch(() => {});
  });
  const sockets = new WebSocketServer({ server, path: "/graphql" });
  const socketServer = useServer(
    {
      schema,
      context: ({ extra }) => ({ headers: (extra as { request: { headers: IncomingHttpHeaders } }).request.headers }),
    },
    sockets,
  );
  await once(server.listen(0, "localhost"), "listening");
  const { port } = server.address() as AddressInfo;
  const drop = () => {
    for (const socket of sockets.clients as Set<WebSocket>) socket.terminate();
    server.closeAllConnections();
  };
  let closing: Promise<void> | undefined;
  const close = async () => {
    drop();
    await socketServer.dispose();
    server.close();
  };
  return {
    sdl,
    url: `http://localhost:${port}/graphql`,
    socketUrl: `ws://localhost:${port}/graphql`,
    begun,
    live: () => live,
    publish: (id, price) => void prices.emit(`price ${id}`, { id, price }),
    complete: () => void prices.emit("complete"),
    drop,
    close() {
      closing ??= close();
      return closing;
    },
  };
}
