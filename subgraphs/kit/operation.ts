/** From the bytes of a request to its answer, by the GraphQL over HTTP specification. */
import type { FastifyBaseLogger } from "fastify";
import {
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
} from "graphql";
import { createHandler, type Handler, type OperationArgs, type RequestParams } from "graphql-http";
import { HuiminError } from "../../trust/errors.ts";
import type { SubgraphContext } from "./context.ts";
import { createDocumentReader, withCode } from "./documents.ts";
import { maskError } from "./masking.ts";

/** What an operation runs with. */
export interface OperationScope {
  readonly context: SubgraphContext;
  readonly log: FastifyBaseLogger;
}

type ContextValue = Record<PropertyKey, unknown>;

/** Answers GraphQL requests against `schema`; every error that it lets out has a code. */
export function createOperationHandler(schema: GraphQLSchema): Handler<unknown, OperationScope> {
  const readDocument = createDocumentReader(schema);
  return createHandler<unknown, OperationScope, ContextValue>({
    schema,
    onSubscribe: (request, params): OperationArgs<ContextValue> | readonly GraphQLError[] => {
      const document = readDocument(params.query);
      if (!("kind" in document)) return document;
      const operation = getOperationAST(document, params.operationName);
      if (!operation) return [refusal(new HuiminError("OPERATION_RESOLUTION_FAILURE"))];
      const faults = variableFaults(schema, operation, params);
      if (faults.length > 0) return faults;
      const contextValue = { ...request.context.context };
      const { operationName, variables: variableValues } = params;
      return { schema, document, operationName, variableValues, contextValue };
    },
    onOperation: (request, _args, result) => masked(result, request.context.log),
    formatError: (error) => (error instanceof GraphQLError ? error : malformed(error)),
  });
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
