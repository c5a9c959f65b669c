/**
 * The HTTP server that every service stands on: bounded bodies and times, health endpoints, security
 * headers, one masked error answer, and a close that lets requests in flight finish.
 */
import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
  LogController,
} from "fastify";
import { within } from "./deadline.ts";
import { LateChild, type Logger } from "./log.ts";

/** Proves that something the service needs works; rejects when it does not. */
export type ReadinessCheck = () => Promise<unknown>;

export interface HttpServerOptions {
  readonly log: Logger;
  /** What `/health/ready` asks, by the name it reports. */
  readonly ready: Readonly<Record<string, ReadinessCheck>>;
  /** Largest request body in bytes. */
  readonly bodyLimit?: number;
  /** Whether a proxy stands in front: then its own word on `X-Forwarded-*` is believed, not what it was told. */
  readonly trustProxy?: boolean;
  /** The page that people see for a failed request; without it programs read `{error, message}`. */
  readonly errorPage?: ErrorPage;
}

/**
 * Makes the body of an answer whose status is already set to `status`; may set headers of its own.
 * `error` is what was thrown, null when there is no such address.
 */
export type ErrorPage = (status: number, request: FastifyRequest, reply: FastifyReply, error: Error | null) => unknown;

const readinessTimeoutMs = 2_000;

/** Headers of every answer: nothing is guessed of its type, and no link from it tells where it was. */
export const securityHeaders = { "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" } as const;

/**
 * A server with `/health/live` (200 while the process runs) and `/health/ready` (200, or 503 with the
 * names of the checks that failed). Errors that reach it are answered as `{error, message}` with
 * nothing of their inside.
 */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const settings: FastifyServerOptions = {
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.bodyLimit ?? 256 * 1024,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    routerOptions: { maxParamLength: 200 },
    // Only the nearest hop: what stands further left in X-Forwarded-For anybody may have written.
    trustProxy: options.trustProxy ? (_address, hop) => hop === 0 : false,
    genReqId: () => randomUUID(),
    forceCloseConnections: "idle",
    frameworkErrors: refuseAddress,
  };
  const errorPage: ErrorPage = options.errorPage ?? maskedError;
  const app = Fastify(settings) as unknown as FastifyInstance;
  app.setChildLoggerFactory((_parent, bindings) => new LateChild(options.log, bindings));
  let closing = false;
  app.addHook("preClose", async () => {
    closing = true;
  });
  app.addHook("onSend", async (_request, reply) => {
    reply.headers(securityHeaders);
    // A connection kept alive behind the last answer would hold up the close.
    if (closing) reply.header("connection", "close");
  });
  app.addHook("onResponse", async (request, reply) => {
    if (request.url.startsWith("/health/")) return;
    request.log.debug({ req: request, res: reply, ms: Math.round(reply.elapsedTime) }, "request");
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) request.log.error({ err: error, req: request }, "request failed");
    return reply.code(status).send(errorPage(status, request, reply, error));
  });
  app.setNotFoundHandler((request, reply) => reply.code(404).send(errorPage(404, request, reply, null)));
  addHealth(app, options.ready);
  closeUnusedConnections(app);
  return app;
}

/**
 * Browsers and HTTP clients open connections ahead of need. Node takes one that has not sent a request yet for
 * busy, and a close would wait a minute for it.
 */
function closeUnusedConnections(app: FastifyInstance): void {
  const unused = new Set<Socket>();
  app.server.on("connection", (socket: Socket) => {
    unused.add(socket);
    socket.once("close", () => unused.delete(socket));
  });
  const used = ({ socket }: IncomingMessage) => unused.delete(socket);
  app.server.on("request", used).on("upgrade", used);
  app.addHook("preClose", async () => {
    for (const socket of unused) socket.destroy();
  });
}

function addHealth(app: FastifyInstance, checks: HttpServerOptions["ready"]): void {
  app.get("/health/live", async () => ({ status: "live" }));
  app.get("/health/ready", async (request, reply) => {
    const failed: string[] = [];
    await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        try {
          await within(readinessTimeoutMs, check());
        } catch (error) {
          request.log.warn({ err: error, check: name }, "not ready");
          failed.push(name);
        }
      }),
    );
    return failed.length === 0
      ? { status: "ready" }
      : reply.code(503).send({ status: "not ready", failed: failed.sort() });
  });
}

const sentences: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ["bad_request", "The request could not be read. Check its body and headers."],
  404: ["not_found", "There is nothing at this address."],
  405: ["method_not_allowed", "This address does not answer to this method."],
  408: ["timeout", "The request took too long to arrive. Send it again."],
  413: ["request_too_large", "The request body is larger than this service accepts."],
  415: ["unsupported_media_type", "This service does not read bodies of this content type."],
};

/** For an address that Fastify cannot route. No hook runs here, and its own words would repeat the address. */
function refuseAddress({ statusCode = 400 }: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  void reply.code(statusCode).header("x-content-type-options", "nosniff").send(maskedError(statusCode));
}

function maskedError(status: number): { error: string; message: string } {
  const [error, message] =
    sentences[status] ??
    (status < 500
      ? ["bad_request", "The request is refused."]
      : ["internal_error", "Something went wrong on our side. Try again; nothing was changed half."]);
  return { error, message };
}
