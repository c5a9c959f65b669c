/**
 * A path whose requests go past Fastify's parsers, hooks and replies. Those cost more than an answer that is
 * quickly made, and a gateway makes little else.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { pipeline, type Readable } from "node:stream";
import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import { securityHeaders } from "./http.ts";

/** A request whose body has arrived. */
export interface DirectRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Empty when there is none. */
  readonly body: Buffer;
  /** Network address of the client. */
  readonly address: string;
  readonly log: FastifyBaseLogger;
}

export interface DirectResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Whole, or in parts as they come. */
  readonly body: string | Buffer | Readable;
}

export interface DirectRoute {
  answer(request: DirectRequest): Promise<DirectResponse>;
  /** The answer to a body that is too large (413), and where `answer` failed (500). */
  refuse(status: 413 | 500, headers: IncomingHttpHeaders): DirectResponse;
}

/** Longest time in which not a byte of an answer in parts can be sent, in milliseconds. */
const stuckAfterMs = 60_000;

/** Adds a path, for all methods. The bounds of the server hold, and bodies of GET and HEAD are not looked at. */
export function addDirectRoute(app: FastifyInstance, path: string, route: DirectRoute): void {
  const { bodyLimit = 0 } = app.initialConfig;
  app.route({
    method: app.supportedMethods,
    url: path,
    onRequest: (request, reply) => {
      reply.hijack();
      const { raw, ip: address, log } = request;
      const send = (response: DirectResponse) => sendResponse(reply.raw, response, !app.server.listening, log);
      const { method = "", url = "", headers } = raw;
      readBody(raw, bodyLimit, (body) => {
        if (!body) send(route.refuse(413, headers));
        else {
          route.answer({ method, url, headers, body, address, log }).then(send, (error: unknown) => {
            log.error({ err: error, req: request }, "request failed");
            send(route.refuse(500, headers));
          });
        }
      });
    },
    // Never reached: the hook above has answered.
    handler: () => {},
  });
}

const noBody = Buffer.alloc(0);

/** Hands the body to `done`, or nothing when it is larger than `limit`; never when the client leaves before. */
function readBody(request: IncomingMessage, limit: number, done: (body: Buffer | undefined) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const take = (chunk: Buffer) => {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    else refuse();
  };
  const finish = () => done(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
  // What is still to come is read and dropped, so that the client gets to read the answer.
  const refuse = () => {
    request.off("data", take).off("end", finish).resume();
    done(undefined);
  };
  if (request.method === "GET" || request.method === "HEAD") done(noBody);
  else if (Number(request.headers["content-length"]) > limit) refuse();
  else request.on("data", take).on("end", finish);
}

function sendResponse(
  response: ServerResponse,
  { status, headers, body }: DirectResponse,
  closing: boolean,
  log: FastifyBaseLogger,
): void {
  const head: Record<string, string | number> = { ...headers, ...securityHeaders };
  // A connection kept alive behind the last answer would hold up the close.
  if (closing) head.connection = "close";
  if (typeof body === "string" || Buffer.isBuffer(body)) {
    // RFC 9110, section 8.6: none with 204.
    if (status !== 204) head["content-length"] = Buffer.byteLength(body);
    response.writeHead(status, head).end(body);
  } else {
    // Whoever reads nothing at all, though we write, would hold a connection and what waits for it for ever.
    response.setTimeout(stuckAfterMs, () => response.destroy());
    pipeline(body, response.writeHead(status, head), (error) => {
      // A reader who leaves is no fault of ours.
      if (error && error.code !== "ERR_STREAM_PREMATURE_CLOSE") log.error({ err: error }, "an answer broke off");
    });
  }
}
