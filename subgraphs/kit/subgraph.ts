/** A subgraph on an HTTP server: signatures and transaction tokens in front, GraphQL over HTTP behind. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Response } from "graphql-http";
import type { JWTVerifyGetKey } from "jose";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import type { CallKey } from "../../trust/call-keys.ts";
import type { Caller } from "../../trust/caller.ts";
import { HuiminError } from "../../trust/errors.ts";
import { createAdmission } from "./admission.ts";
import { type Clock, cityDay, systemClock } from "./clock.ts";
import type { SubgraphContext } from "./context.ts";
import { asksForEvents, liveSender } from "./live-answers.ts";
import { refusalBody, refusalOfStatus } from "./masking.ts";
import { createOperations } from "./operation.ts";
import { type SubgraphResolvers, subgraphSchema } from "./resolvers.ts";
import { type MayRead, selfOrForPurpose } from "./rights.ts";
import { requireSignedCalls } from "./signed-calls.ts";

export { isWithheld, requireSelf, requireTold } from "./rights.ts";

export interface SubgraphOptions<Loaders> {
  /** The subgraph's name in the supergraph; its scope and its tokens' audience follow from it. */
  readonly name: string;
  readonly sdl: string;
  readonly resolvers: SubgraphResolvers<Loaders>;
  /** Makes the batch readers of one request. */
  readonly loaders: (caller: Caller) => Loaders;
  /** The gateway whose tokens count, and where its keys come from. */
  readonly gateway: { readonly issuer: string; readonly keys: JWTVerifyGetKey };
  /** The key of signed calls: a secret that the gateway shares, or a private key whose public half it knows. */
  readonly callKey: CallKey;
  /** What all replicas of the subgraph share, to answer no call twice; each remembers for itself unless given. */
  readonly shared?: Pick<KeyValueStore, "add"> | undefined;
  /** Where the subgraph answers; `/graphql` unless told otherwise. */
  readonly path?: string;
  /** Whose data a caller may read; the rule of the city unless told otherwise. */
  readonly mayRead?: MayRead;
  /** What time it is. */
  readonly clock?: Clock;
}

/** 1,000 entity references take about 100 kB. */
const bodyLimit = 1024 * 1024;

/**
 * Adds a subgraph to a server. Without the gateway's signature and a good transaction token a request is answered
 * 401 before its body is read; without the subgraph's scope it is answered `FORBIDDEN`.
 */
export function mountSubgraph<Loaders>(app: FastifyInstance, options: SubgraphOptions<Loaders>): void {
  const { path = "/graphql", loaders, mayRead = selfOrForPurpose, clock = systemClock } = options;
  const { answer, subscribe } = createOperations(subgraphSchema(options.sdl, options.resolvers));
  const admit = createAdmission(options);
  const callers = new WeakMap<FastifyRequest, Caller>();

  app.register(async (scope) => {
    // graphql-http judges the content type and reads the JSON itself.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", { parseAs: "buffer", bodyLimit }, (_request, body, done) => done(null, body));
    scope.setErrorHandler((error, request, reply) => sendRefusal(reply, refusalOf(error, request)));
    const signerOf = requireSignedCalls(scope, options);
    scope.addHook("onRequest", async (request) => {
      callers.set(request, await admit(request.headers, signerOf(request)));
    });
    const sendLive = liveSender(scope);
    scope.all(path, async (request, reply) => {
      const caller = callers.get(request);
      if (!caller) throw new HuiminError("UNAUTHENTICATED");
      const context: SubgraphContext<Loaders> = { caller, loaders: loaders(caller), today: cityDay(clock()), mayRead };
      const { method, url, headers } = request;
      const body = Buffer.isBuffer(request.body) ? request.body.toString("utf8") : null;
      const operation = { context, log: request.log };
      if (body !== null && asksForEvents(headers.accept)) {
        return await sendLive(reply, () => subscribe(body, operation), signerOf(request).signEvent);
      }
      return send(reply, await answer({ method, url, headers, body, raw: request, context: operation }));
    });
  });
}

/** Whatever is wrong with a signature or a token, the caller hears one thing: come through the gateway. */
function refusalOf(error: unknown, request: FastifyRequest): HuiminError {
  const refused = error instanceof HuiminError ? error : refusalOfStatus(statusOf(error));
  if (refused.status >= 500) request.log.error({ err: error, req: request }, "request failed");
  if (refused.status !== 401) return refused;
  request.log.warn({ code: refused.code, detail: refused.detail, req: request }, "call refused");
  return new HuiminError("UNAUTHENTICATED", { message: "This service answers the gateway only." });
}

function statusOf(error: unknown): number {
  const status = error instanceof Error && "statusCode" in error ? error.statusCode : undefined;
  return typeof status === "number" ? status : 500;
}

/** graphql-http leaves refusals of method and media type without a code. */
function send(reply: FastifyReply, [body, { status, headers }]: Response): FastifyReply {
  reply.headers(headers ?? {});
  if (body === null || status === 405) return sendRefusal(reply, refusalOfStatus(status));
  return reply.code(status).send(body);
}

function sendRefusal(reply: FastifyReply, error: HuiminError): FastifyReply {
  return reply.code(error.status).type("application/json; charset=utf-8").send(refusalBody(error));
}
