/** Questions about the schema itself, answered by graphql-js without any subgraph. */
import {
  type DocumentNode,
  executeSync,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";
import { type Answer, RequestRefused } from "../answer.ts";
import type { CompiledOperation, Variables } from "../operation/operation.ts";
import type { Tree } from "./tree.ts";
import type { Fragments } from "./write/selected-fields.ts";

/**
 * Runs an operation that reads no data.
 *
 * @throws RequestRefused `BAD_USER_INPUT` for what validation could not see
 */
export function introspect(
  { schema, document, definition }: Pick<CompiledOperation, "schema" | "document" | "definition">,
  variableValues: Variables,
): Answer {
  const { data, errors } = executeSync({ schema, document, operationName: definition.name?.value, variableValues });
  if (errors) throw new RequestRefused("BAD_USER_INPUT", errors);
  return { data: data ?? null };
}

/** Compiles what an operation asks of the schema beside its data; undefined when that is nothing. */
export function compileIntrospection(
  schema: GraphQLSchema,
  definition: OperationDefinitionNode,
  fragments: Fragments,
): ((variables: Variables) => Tree) | undefined {
  const selections = schemaFields(definition.selectionSet, fragments);
  if (selections.length === 0) return undefined;
  const operation = { ...definition, selectionSet: { kind: Kind.SELECTION_SET, selections } } as const;
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation, ...Object.values(fragments)] };
  return (variables) => ({ ...introspect({ schema, document, definition: operation }, variables).data });
}

/** `__schema` and `__type` at the root. `__typename` is not among them: it is known without asking. */
function schemaFields({ selections }: SelectionSetNode, fragments: Fragments): readonly SelectionNode[] {
  return selections.flatMap((selection): readonly SelectionNode[] => {
    if (selection.kind === Kind.FIELD) return isSchemaField(selection.name.value) ? [selection] : [];
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments[selection.name.value] : selection;
    const inner = fragment ? schemaFields(fragment.selectionSet, fragments) : [];
    if (inner.length === 0) return [];
    const { directives = [] } = selection;
    return [{ kind: Kind.INLINE_FRAGMENT, directives, selectionSet: { kind: Kind.SELECTION_SET, selections: inner } }];
  });
}

function isSchemaField(name: string): boolean {
  return name === "__schema" || name === "__type";
}
