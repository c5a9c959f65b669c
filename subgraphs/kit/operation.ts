/** From the bytes of a request to its answer, by the GraphQL over HTTP specification. */
import type { FastifyBaseLogger } from "fastify";
import {
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
  subscribe,
} from "graphql";
import { createHandler, type Handler, type OperationArgs, type RequestParams } from "graphql-http";
import { z } from "zod";
import { HuiminError } from "../../trust/errors.ts";
import type { SubgraphContext } from "./context.ts";
import { createDocumentReader, withCode } from "./documents.ts";
import type { LiveAnswers } from "./live-answers.ts";
import { maskError } from "./masking.ts";

/** What an operation runs with. */
export interface OperationScope {
  readonly context: SubgraphContext;
  readonly log: FastifyBaseLogger;
}

type ContextValue = Record<PropertyKey, unknown>;

/** How operations of a schema are answered. */
export interface Operations {
  /** By GraphQL over HTTP. */
  readonly answer: Handler<unknown, OperationScope>;
  /** Subscriptions, given a GraphQL request as JSON. What is refused is the only answer. */
  readonly subscribe: (body: string, scope: OperationScope) => Promise<LiveAnswers>;
}

/** Answers GraphQL requests against `schema`; every error that it lets out has a code. */
export function createOperations(schema: GraphQLSchema): Operations {
  const readDocument = createDocumentReader(schema);
  const prepare = (params: RequestParams, { context }: OperationScope) => {
    const document = readDocument(params.query);
    if (!("kind" in document)) return document;
    const operation = getOperationAST(document, params.operationName);
    if (!operation) return [refusal(new HuiminError("OPERATION_RESOLUTION_FAILURE"))];
    const faults = variableFaults(schema, operation, params);
    if (faults.length > 0) return faults;
    const { operationName, variables: variableValues } = params;
    return { schema, document, operationName, variableValues, contextValue: { ...context } };
  };
  return {
    answer: createHandler<unknown, OperationScope, ContextValue>({
      schema,
      onSubscribe: (request, params): OperationArgs<ContextValue> | readonly GraphQLError[] =>
        prepare(params, request.context),
      onOperation: (request, _args, result) => masked(result, request.context.log),
      formatError: (error) => (error instanceof GraphQLError ? error : malformed(error)),
    }),
    async subscribe(body, scope) {
      const params = readParams(body);
      const prepared = params ? prepare(params, scope) : [refusal(new HuiminError("BAD_REQUEST"))];
      if (!("document" in prepared)) return textsOf({ errors: prepared }, scope.log);
      const isLive = getOperationAST(prepared.document, params?.operationName)?.operation === "subscription";
      const other = "Only subscriptions are answered as events.";
      const errors = [refusal(new HuiminError("BAD_REQUEST", { message: other }))];
      return textsOf(isLive ? await subscribe(prepared) : { errors }, scope.log);
    },
  };
}

const requestShape = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

function readParams(body: string): RequestParams | undefined {
  try {
    return requestShape.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}

/** Results as JSON texts; one alone is the last. */
function textsOf(results: AsyncIterable<ExecutionResult> | ExecutionResult, log: FastifyBaseLogger): LiveAnswers {
  const textOf = (result: ExecutionResult) => JSON.stringify(masked(result, log) ?? result);
  if (!(Symbol.asyncIterator in results)) return only(textOf(results));
  const iterator = results[Symbol.asyncIterator]();
  return {
    async next() {
      const { done, value } = await iterator.next();
      return done ? { done, value: undefined } : { done: false, value: textOf(value) };
    },
    async return() {
      await iterator.return?.();
      return { done: true, value: undefined };
    },
  };
}

async function* only(text: string): AsyncGenerator<string, void, void> {
  yield text;
}

/** Checks the variables before the run, so that faults are a refused request and not a failed one. */
function variableFaults(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  { variables }: RequestParams,
): readonly GraphQLError[] {
  const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {}, { maxErrors: 10 });
  return errors?.map((error) => withCode(error, "BAD_USER_INPUT")) ?? [];
}

function masked(result: ExecutionResult, log: FastifyBaseLogger): ExecutionResult | undefined {
  return result.errors && { ...result, errors: result.errors.map((error) => maskError(error, log)) };
}

/** What graphql-http says of a request that is none, in its words, which speak of the form alone. */
function malformed(error: Error): GraphQLError {
  return refusal(new HuiminError("BAD_REQUEST", { message: `${error.message}.` }));
}

function refusal(originalError: HuiminError): GraphQLError {
  return new GraphQLError(originalError.message, { originalError });
}
