/** Questions about the schema itself, answered by graphql-js without any subgraph. */
import { executeSync } from "graphql";
import { type Answer, RequestRefused } from "../answer.ts";
import type { CompiledOperation, Variables } from "../operation/operation.ts";

/**
 * Runs an operation that reads no data.
 *
 * @throws RequestRefused `BAD_USER_INPUT` for what validation could not see
 */
export function introspect(operation: CompiledOperation, variableValues: Variables): Answer {
  const { schema, document, definition } = operation;
  const { data, errors } = executeSync({ schema, document, operationName: definition.name?.value, variableValues });
  if (errors) throw new RequestRefused("BAD_USER_INPUT", errors);
  return { data: data ?? null };
}
