/** What happens on a socket, in the terms of the library that speaks `graphql-transport-ws`. */
import { GraphQLError, GraphQLSchema, parse } from "graphql";
import { CloseCode, type ExecutionResult, makeServer, type Server } from "graphql-ws";
import { HuiminError } from "../../trust/errors.ts";
import type { RequestLog } from "../admission/admit.ts";
import { errorsOf } from "../answer.ts";
import type { CarryOut, Outcome } from "../live/outcome.ts";
import { toRequest } from "./request.ts";
import type { TextStream } from "./stream.ts";
import type { SocketSession } from "./websocket-session.ts";

/** A socket as its operations see it. */
export interface Speaker {
  readonly session: SocketSession;
  readonly log: RequestLog;
  /** Called when she has been admitted. @throws HuiminError when she has too many sockets */
  admitted(): void;
  close(code: number, reason: string): void;
}

/** Most operations at once on one socket. */
const maxOperations = 50;

/** How long a socket may wait with its first message, in milliseconds. */
const firstMessageMs = 5_000;

/** The library wants a document to see what kind of operation it is; ours is known elsewhere. */
const placeholder = parse("{ __typename }");
const schema = new GraphQLSchema({});

/** Makes the protocol's server; `carryOut` runs the operations. */
export function createOperationServer(carryOut: CarryOut): Server<Speaker> {
  return makeServer<Record<string, unknown>, Speaker>({
    connectionInitWaitTimeout: firstMessageMs,
    onConnect: async ({ extra, connectionParams }) => {
      try {
        await extra.session.open(connectionParams);
        extra.admitted();
        return true;
      } catch (error) {
        const [refusal] = errorsOf(error);
        const code = refusal?.extensions.code ?? "INTERNAL_SERVER_ERROR";
        extra.close(code === "UNAUTHENTICATED" ? CloseCode.Unauthorized : CloseCode.Forbidden, code);
        return false;
      }
    },
    onSubscribe: async ({ extra, subscriptions }, _id, payload) => {
      const { session, log } = extra;
      try {
        if (Object.keys(subscriptions).length > maxOperations) throw new HuiminError("TOO_MANY_SUBSCRIPTIONS");
        await session.admitOperation();
        const outcome = await carryOut(toRequest({ ...payload }, false), session, { parts: true, live: true }, log);
        // `execute` below gives back what stands here; the rest of the arguments nobody reads.
        return { schema, document: placeholder, contextValue: outcome };
      } catch (error) {
        const refusals = errorsOf(error);
        if (refusals.some(({ extensions }) => extensions.code === "INTERNAL_SERVER_ERROR")) {
          log.error({ err: error }, "an operation failed");
        }
        return refusals.map(({ message, extensions }) => new GraphQLError(message, { extensions }));
      }
    },
    execute: ({ contextValue }) => resultOf(contextValue as Outcome),
    // Errors are plain objects already; the library would look for methods on them.
    onNext: (_context, _id, _payload, _arguments, result) => result as object,
  });
}

function resultOf(outcome: Outcome): ExecutionResult | AsyncIterable<ExecutionResult> {
  return outcome.kind === "whole" ? JSON.parse(outcome.answer.body) : resultsOf(outcome.texts);
}

function resultsOf(texts: TextStream) {
  const results = {
    async next() {
      const { done, value } = await texts.next();
      return done ? { done, value } : { done: false, value: JSON.parse(value) as ExecutionResult };
    },
    async return() {
      await texts.return();
      return { done: true, value: undefined } as const;
    },
    [Symbol.asyncIterator]: () => results,
  };
  return results;
}
