/**
 * A bare `node:http` server that does no more than the stock gateway's fetches for a query, wave by wave,
 * and answers with their texts in a row; or, as `bytes`, answers with the finished bytes.
 *
 *     node server.ts undici|sockets|bytes REPLAYS PORT
 */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { Fetch, Replay } from "./replay.ts";
import { socketFetch } from "./sockets.ts";
import { undiciFetch } from "./undici.ts";

/** POSTs a body to a subgraph and reads the answer. */
export type FetchText = (fetch: Fetch, authorization: string) => Promise<string>;

type Answer = (replay: Replay, authorization: string) => Promise<string>;

const kinds: Readonly<Record<string, () => Answer>> = {
  undici: () => replaying(undiciFetch()),
  sockets: () => replaying(socketFetch()),
  bytes: () => async (replay) => replay.answer,
};

function replaying(fetchText: FetchText): Answer {
  return async ({ waves }, authorization) => {
    let answer = "";
    for (const wave of waves) {
      const texts = await Promise.all(wave.map((fetch) => fetchText(fetch, authorization)));
      answer += texts.join("");
    }
    return answer;
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = "";
  request.setEncoding("utf8");
  for await (const chunk of request) body += chunk;
  return body;
}

if (import.meta.main) {
  const [kind = "", replayFile = "", port = ""] = process.argv.slice(2);
  const replays = JSON.parse(await readFile(replayFile, "utf8")) as Replay[];
  const answer = kinds[kind]?.();
  if (!answer) throw new Error(`there is no bound ${kind}`);
  const byRequest = new Map(replays.map((replay) => [replay.request, replay]));
  const server = createServer(async (request, response) => {
    const replay = byRequest.get(await readBody(request));
    const text = replay ? await answer(replay, request.headers.authorization ?? "") : "{}";
    response
      .writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) })
      .end(text);
  });
  server.keepAliveTimeout = 0;
  server.listen(Number(port), "localhost");
}
