/** An operation that fits the schema, and what is known of it without running it. */
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
} from "graphql";
import type { Admitted } from "../admission/admit.ts";
import { RequestRefused } from "../answer.ts";
import type { GraphQLRequest } from "../http/request.ts";
import type { Amount } from "./cost-amount.ts";
import type { NamedCitizens } from "./named-citizens.ts";
import type { PlannedProgram } from "./planned.ts";

/** An operation that fits the schema. Shared between requests: never changed. */
export interface CompiledOperation {
  /** The schema that its client sees. */
  readonly schema: GraphQLSchema;
  /** Its normalised text: what else is kept about it may be kept under this. */
  readonly text: string;
  /** The operation and the fragments that it uses; without locations. */
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /** False when it asks about the schema only. */
  readonly readsData: boolean;
  /** What it is estimated to cost at most. */
  readonly cost: Amount;
  /** The citizens whom it names. */
  readonly named: NamedCitizens;
  /** The kinds of personal data that it asks for (`@category`). */
  readonly categories: readonly string[];
  /** Whether some of it is for a fresh sign-in alone: a copy of the answer must not outlive that. */
  readonly growsOld: boolean;
  /**
   * How the subgraphs are to be asked on behalf of `admitted`: planned and compiled at the first call, then
   * kept.
   *
   * Rejects with RequestRefused `GRAPHQL_VALIDATION_FAILED` for what the planner does not know.
   */
  planned(admitted: Admitted): Promise<PlannedProgram>;
  /** Plans ahead, with its `@override` labels all off and all on; rejects as `planned`. */
  warm(): Promise<void>;
}

/** The values of an operation's variables, as its schema types them. */
export type Variables = Readonly<Record<string, unknown>>;

/** Most errors that a refused request is answered with. */
export const maxErrors = 10;

/**
 * Reads the variables of a request as the operation declares them.
 *
 * @throws RequestRefused `BAD_USER_INPUT`
 */
export function readVariables(
  { schema, definition }: Pick<CompiledOperation, "schema" | "definition">,
  inputs: GraphQLRequest["variables"],
): Variables {
  const { coerced, errors } = getVariableValues(schema, definition.variableDefinitions ?? [], inputs, { maxErrors });
  if (errors) throw new RequestRefused("BAD_USER_INPUT", errors);
  return coerced;
}

/** The parts of an operation that its normalised text alone tells. */
export type ReadOperation = Pick<CompiledOperation, "text" | "document" | "definition" | "fragments" | "readsData">;

/** Reads an operation again from its normalised text, free of the places it had in the client's document. */
export function readOperation(text: string): ReadOperation {
  const document = parse(text, { noLocation: true });
  const { definition } = definitionOf(document);
  const fragments = Object.fromEntries(
    document.definitions
      .filter((node) => node.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  return { text, document, definition, fragments, readsData: readsData(definition.selectionSet, fragments) };
}

/** The one operation of a document that begins with it. */
export function definitionOf(document: DocumentNode): Pick<CompiledOperation, "document" | "definition"> {
  const [definition] = document.definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION)
    throw new TypeError("the document does not begin with its operation");
  return { document, definition };
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
