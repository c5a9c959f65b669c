/** A subgraph's subscription over WebSocket, by the protocol `graphql-transport-ws`. */
import type { LookupFunction } from "node:net";
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";
import { InternalAddressError, isInternal, lookupFor } from "../../boundary/addresses.ts";
import { type Follow, maxMessage, type StreamRequest } from "./stream.ts";

/** All in milliseconds. */
const pace = { handshake: 5_000, acknowledgement: 5_000, ping: 12_000, pong: 5_000 } as const;

/** Credentials go with the handshake as headers, and into the first message for servers that read them there. */
export const followSocket: Follow = async ({ address, body, headers, mayBeInternal, seal }, next, ended) => {
  // Settings that ask for it do not pass; here the same once more, for whoever calls it otherwise.
  if (seal) throw new Error("what comes over a WebSocket is not signed");
  if (!mayBeInternal && isInternal(address.hostname)) throw new InternalAddressError();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let patience: NodeJS.Timeout | undefined;
  const client = createClient({
    url: address.href,
    webSocketImpl: socketWith(headers, lookupFor(mayBeInternal)),
    connectionParams: { ...headers },
    connectionAckWaitTimeout: pace.acknowledgement,
    keepAlive: pace.ping,
    retryAttempts: 0,
    on: {
      ping: (received) => {
        if (!received) patience = setTimeout(() => client.terminate(), pace.pong);
      },
      pong: (received) => {
        if (received) clearTimeout(patience);
      },
      closed: () => clearTimeout(patience),
    },
  });
  // A client that never came to a connection says so once more here.
  const dispose = async () => await Promise.resolve(client.dispose()).catch(() => {});
  const leave = () => void dispose();
  ended.addEventListener("abort", leave, { once: true });
  const finish = client.subscribe(JSON.parse(body), {
    next,
    error: (error) => {
      // Refused by the subgraph in words of GraphQL: an answer like any other, and the last one.
      if (!Array.isArray(error)) return reject(lost(error));
      next({ errors: error });
      resolve();
    },
    complete: resolve,
  });
  if (ended.aborted) finish();
  try {
    await promise;
  } finally {
    ended.removeEventListener("abort", leave);
    await dispose();
  }
};

/** The library makes the socket itself and knows neither headers nor bounds. */
function socketWith(headers: StreamRequest["headers"], lookup: LookupFunction): unknown {
  return class extends WebSocket {
    constructor(address: string | URL, protocols?: string | string[]) {
      super(address, protocols, { headers, maxPayload: maxMessage, handshakeTimeout: pace.handshake, lookup });
    }
  };
}

/** A close of the socket is no Error, and what the other side gives as its reason is not for the log. */
function lost(cause: unknown): Error {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined;
  return new Error(`the socket was closed${typeof code === "number" ? ` with ${code}` : ""}`);
}
