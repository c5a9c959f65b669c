/** Document to operation: parsed, measured, validated, selected; planned when it is first run. */
import type { QueryPlan } from "@apollo/query-planner";
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
  validate,
} from "graphql";
import { LRUCache } from "lru-cache";
import { HuiminError } from "../../trust/errors.ts";
import { RequestRefused } from "../answer.ts";
import type { GraphQLRequest } from "../http/request.ts";
import type { LoadedSupergraph } from "../supergraph/supergraph.ts";
import { checkLimits, maxTokens } from "./limits.ts";

/** An operation that fits the schema. Shared between requests: never changed. */
export interface CompiledOperation {
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /** False when it asks about the schema only. */
  readonly readsData: boolean;
  /**
   * How the subgraphs are to be asked; made at the first call, then kept.
   *
   * Rejects with RequestRefused `GRAPHQL_VALIDATION_FAILED` for what the planner does not know.
   */
  plan(): Promise<QueryPlan>;
}

/** The values of an operation's variables, as its schema types them. */
export type Variables = Readonly<Record<string, unknown>>;

/** Most operations that are kept, and most characters of their documents together. */
const cacheLimits = { max: 1_000, maxSize: 8 * 1024 * 1024 } as const;

/** Most errors that a refused document is answered with. */
const maxErrors = 10;

/**
 * Makes the function that compiles the operation of a request; good ones are kept.
 *
 * The function throws RequestRefused `GRAPHQL_PARSE_FAILED`, `GRAPHQL_VALIDATION_FAILED`, and
 * HuiminError `OPERATION_RESOLUTION_FAILURE`, `METHOD_NOT_ALLOWED`.
 */
export function createCompiler(supergraph: LoadedSupergraph) {
  const compiled = new LRUCache<string, CompiledOperation>({
    ...cacheLimits,
    sizeCalculation: (_operation, key) => key.length,
  });
  return ({ query, operationName, readOnly }: GraphQLRequest): CompiledOperation => {
    // The length keeps documents and names apart whatever they hold.
    const key = `${query.length} ${query}${operationName ?? ""}`;
    const operation = compiled.get(key) ?? compile(supergraph, query, operationName);
    compiled.set(key, operation);
    requireRunnable(supergraph, operation.definition, readOnly);
    return operation;
  };
}

function requireRunnable({ schema }: LoadedSupergraph, node: OperationDefinitionNode, readOnly: boolean): void {
  if (readOnly && node.operation !== "query") throw new HuiminError("METHOD_NOT_ALLOWED");
  if (!schema.getRootType(node.operation)) {
    const message = `The schema has no ${node.operation}s.`;
    throw new RequestRefused("GRAPHQL_VALIDATION_FAILED", [new GraphQLError(message, { nodes: node })]);
  }
}

/**
 * Reads the variables of a request as the operation declares them.
 *
 * @throws RequestRefused `BAD_USER_INPUT`
 */
export function readVariables(
  supergraph: LoadedSupergraph,
  { definition }: CompiledOperation,
  inputs: GraphQLRequest["variables"],
): Variables {
  const { coerced, errors } = getVariableValues(supergraph.schema, definition.variableDefinitions ?? [], inputs, {
    maxErrors,
  });
  if (errors) throw new RequestRefused("BAD_USER_INPUT", errors);
  return coerced;
}

function compile(supergraph: LoadedSupergraph, query: string, operationName: string | undefined): CompiledOperation {
  const document = parseDocument(query);
  checkLimits(document);
  const errors = validate(supergraph.schema, document, undefined, { maxErrors });
  if (errors.length > 0) throw new RequestRefused("GRAPHQL_VALIDATION_FAILED", errors);
  const definition = getOperationAST(document, operationName);
  if (!definition) throw new HuiminError("OPERATION_RESOLUTION_FAILURE");
  const fragments = fragmentsOf(document);
  let plan: Promise<QueryPlan> | undefined;
  return Object.freeze({
    document,
    definition,
    fragments,
    readsData: readsData(definition.selectionSet, fragments),
    plan: () => {
      plan ??= planOperation(supergraph, definition, fragments);
      return plan;
    },
  });
}

function parseDocument(query: string): DocumentNode {
  try {
    return parse(query, { maxTokens });
  } catch (error) {
    if (error instanceof GraphQLError) throw new RequestRefused("GRAPHQL_PARSE_FAILED", [error]);
    throw error;
  }
}

function fragmentsOf(document: DocumentNode): CompiledOperation["fragments"] {
  return Object.fromEntries(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
}

/** Fields of introspection and `__typename` are answered by the gateway alone. */
function readsData(selectionSet: SelectionSetNode, fragments: CompiledOperation["fragments"]): boolean {
  return selectionSet.selections.some((selection) => {
    if (selection.kind === Kind.FIELD) return !selection.name.value.startsWith("__");
    if (selection.kind === Kind.INLINE_FRAGMENT) return readsData(selection.selectionSet, fragments);
    const fragment = fragments[selection.name.value];
    return fragment === undefined || readsData(fragment.selectionSet, fragments);
  });
}

/** Apollo's schema knows less of introspection than graphql-js does; what it misses is refused here. */
async function planOperation(
  { planner }: LoadedSupergraph,
  definition: OperationDefinitionNode,
  fragments: CompiledOperation["fragments"],
): Promise<QueryPlan> {
  const document = [definition, ...Object.values(fragments)].map(print).join("\n");
  try {
    return await planner.plan({ document, overrides: new Map() });
  } catch (error) {
    if (error instanceof GraphQLError) throw new RequestRefused("GRAPHQL_VALIDATION_FAILED", [error]);
    throw error;
  }
}
