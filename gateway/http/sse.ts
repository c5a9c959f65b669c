/** Answers as server-sent events, by the protocol GraphQL over SSE in its "distinct connections" mode. */
import type { Framing } from "./stream.ts";

export const eventStreamMediaType = "text/event-stream; charset=utf-8";

/** Proxies drop connections that are silent for a minute or less. */
const keepAliveMs = 12_000;

/** How answers are written: each an event `next`; `complete` has empty data, or browsers would not see it. */
export const eventStreamFraming: Framing = {
  start: ":\n\n",
  frame: (text) => `event: next\ndata: ${text}\n\n`,
  end: "event: complete\ndata: \n\n",
  idle: { text: ":\n\n", idleMs: keepAliveMs },
};
