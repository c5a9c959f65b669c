/** A subgraph's subscription as server-sent events, by GraphQL over SSE in its "distinct connections" mode. */
import { Agent, fetch } from "undici";
import { connector, lookupFor } from "../../boundary/addresses.ts";
import { serverSentEvents } from "./server-sent-events.ts";
import { type Follow, maxMessage, type StreamRequest } from "./stream.ts";

/** Headers must come soon; how long a stream is silent says nothing, so dead peers are left to TCP's own probes. */
const agentFor = (mayBeInternal: boolean) =>
  new Agent({
    connect: connector(2_000, lookupFor(mayBeInternal), mayBeInternal),
    headersTimeout: 5_000,
    bodyTimeout: 0,
    keepAliveTimeout: 1_000,
  });

const agents = { inside: agentFor(true), outside: agentFor(false) } as const;

export const followEvents: Follow = async (request, next, ended) => {
  const { events, check } = await open(request, ended);
  for await (const event of events) {
    check?.(event);
    const { type, data } = event;
    if (type === "complete") return;
    if (type !== "next") throw new Error("an event is of a type that the protocol does not have");
    next(parseJson(data));
  }
  throw new Error("the stream broke off");
};

/** Opens the stream. Where calls are signed, its head and its events must be too. */
async function open({ address, body, headers, mayBeInternal, seal }: StreamRequest, ended: AbortSignal) {
  const call = { ...headers, "content-type": "application/json", accept: "text/event-stream" };
  const sealed = seal?.(body, call);
  const response = await fetch(address, {
    method: "POST",
    headers: sealed?.headers ?? call,
    body,
    signal: ended,
    redirect: "error",
    dispatcher: mayBeInternal ? agents.inside : agents.outside,
  });
  try {
    if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
    if (!response.headers.get("content-type")?.startsWith("text/event-stream")) {
      throw new Error("the answer is no stream of events");
    }
    const check = sealed?.openStream(response.status, Object.fromEntries(response.headers));
    return { events: serverSentEvents(response.body, maxMessage), check };
  } catch (error) {
    await response.body?.cancel();
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // JSON.parse quotes what it could not read, and that may be personal data: it must not reach a log.
    throw new Error("the data of an event are not JSON");
  }
}
