/** Listening at a town's gateway: to events, to an answer in parts, and on a socket. */
import { once } from "node:events";
import { WebSocket } from "ws";
import type { Town } from "./town.ts";

/** The answers of a subscription by server-sent events, until it ends. */
export async function* listen({ url }: Town, query: string, token?: string): AsyncGenerator<string> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "text/event-stream",
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
  });
  let text = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const events = text.split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) {
      const data = /^event: next\ndata: (.*)$/m.exec(event)?.[1];
      if (data !== undefined) yield data;
    }
  }
}

/** Asks for an answer in parts. */
export async function partsOf(
  { url }: Town,
  query: string,
  token: string,
): Promise<ReadableStreamDefaultReader<string>> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "multipart/mixed", authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  });
  return (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
}

/** Asks on a socket; ends with the answer, or with why there is none. */
export async function askOnSocket(
  { url }: Town,
  query: string,
  payload: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/graphql`, "graphql-transport-ws", { headers });
  const ended = Promise.withResolvers<string>();
  socket.on("unexpected-response", (_request, response) => ended.resolve(`status ${response.statusCode}`));
  socket.on("error", (error) => ended.resolve(error.message));
  socket.on("close", (_code, reason) => ended.resolve(String(reason)));
  socket.on("message", (data) => {
    const message = JSON.parse(String(data)) as { readonly type: string };
    if (message.type === "connection_ack") {
      socket.send(JSON.stringify({ id: "1", type: "subscribe", payload: { query } }));
    }
    if (message.type === "next" || message.type === "error") ended.resolve(String(data));
  });
  socket.on("open", () => socket.send(JSON.stringify({ type: "connection_init", payload })));
  const end = await ended.promise;
  if (socket.readyState === WebSocket.OPEN) {
    socket.close();
    await once(socket, "close");
  }
  return end;
}
