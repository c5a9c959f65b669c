/** A subgraph's subscription as server-sent events, by GraphQL over SSE in its "distinct connections" mode. */
import { TransformStream } from "node:stream/web";
import { createClient } from "graphql-sse";
import { Agent, fetch, type RequestInit, Response } from "undici";
import { connector, lookupFor } from "../../boundary/addresses.ts";
import { type Follow, maxMessage } from "./stream.ts";

/** Headers must come soon; how long a stream is silent says nothing, so dead peers are left to TCP's own probes. */
const agentFor = (mayBeInternal: boolean) =>
  new Agent({
    connect: connector(2_000, lookupFor(mayBeInternal), mayBeInternal),
    headersTimeout: 5_000,
    bodyTimeout: 0,
    keepAliveTimeout: 1_000,
  });

const agents = { inside: agentFor(true), outside: agentFor(false) } as const;

const lineFeed = 10;

export const followEvents: Follow = async ({ address, query, variables, headers, mayBeInternal }, next, ended) => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const dispatcher = mayBeInternal ? agents.inside : agents.outside;
  const fetchFn = (url: string, init: RequestInit) => boundedFetch(url, { ...init, dispatcher });
  const client = createClient({ url: address.href, headers: { ...headers }, retryAttempts: 0, fetchFn });
  const leave = client.subscribe({ query, variables }, { next, error: reject, complete: resolve });
  ended.addEventListener("abort", leave, { once: true });
  if (ended.aborted) leave();
  try {
    await promise;
  } finally {
    ended.removeEventListener("abort", leave);
    client.dispose();
  }
};

/** The library keeps what it has of an event however large it becomes; this breaks the stream off instead. */
async function boundedFetch(address: string, init: RequestInit) {
  const response = await fetch(address, { ...init, redirect: "error" });
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    throw new Error(`status ${response.status}`);
  }
  if (!response.headers.get("content-type")?.startsWith("text/event-stream")) {
    await response.body.cancel();
    throw new Error("the answer is no stream of events");
  }
  const { status, headers } = response;
  return new Response(response.body.pipeThrough(boundedEvents()), { status, headers });
}

/** Events are the lines between two empty ones. */
function boundedEvents(): TransformStream<Uint8Array, Uint8Array> {
  let length = 0;
  return new TransformStream({
    transform(chunk, controller) {
      const end = chunk.findLastIndex((byte, index) => byte === lineFeed && chunk[index - 1] === lineFeed);
      length = end === -1 ? length + chunk.length : chunk.length - end;
      if (length > maxMessage) controller.error(new Error("an event is larger than the gateway takes"));
      else controller.enqueue(chunk);
    },
  });
}
