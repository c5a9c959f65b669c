/** The operations that a plan sends to subgraphs, taken apart so that several can go in one call. */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";

/** An operation of a fetch with its fragments put in their places. */
export interface FetchOperation {
  /** As the planner wrote it. */
  readonly text: string;
  /** What is selected at the root; of entities, what is selected of each. */
  readonly selectionSet: SelectionSetNode;
  /** The same as text, for comparison and for merged operations. */
  readonly selection: string;
  /** Declarations such as `$first: Int = 5`, without the representations. */
  readonly variables: ReadonlyMap<string, string>;
  /** Directives of the operation, printed. */
  readonly directives: string;
}

/** The name that planners give the variable of the representations. */
export const representationsVariable = "representations";

/** Takes an operation of the planner apart; `ofEntities` when it asks for `_entities` alone. */
export function readFetchOperation(text: string, ofEntities: boolean): FetchOperation {
  const { definitions } = parse(text, { noLocation: true });
  const fragments = new Map<string, FragmentDefinitionNode>();
  let operation: OperationDefinitionNode | undefined;
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    else if (definition.kind === Kind.OPERATION_DEFINITION) operation = definition;
  }
  if (!operation) throw new Error("a fetch of the plan has no operation");
  const whole = withoutSpreads(operation.selectionSet, fragments);
  const selectionSet = ofEntities ? entitySelection(whole) : withoutRootConditions(whole);
  return {
    text: selectionSet === whole || ofEntities ? text : compact(print({ ...operation, selectionSet })),
    selectionSet,
    selection: compact(print(selectionSet)),
    variables: declarations(operation),
    directives: (operation.directives ?? []).map(print).join(" "),
  };
}

/** One list of entities of a merged call. */
export interface MergedPart {
  readonly operation: FetchOperation;
  /** Name of its variable, and its name in the answer. */
  readonly variable: string;
  readonly responseName: string;
}

/** One operation that asks for several lists of entities, each under a name of its own. */
export function mergeEntityOperations(parts: readonly MergedPart[]): string {
  const declared = new Map<string, string>();
  for (const { operation, variable } of parts) {
    declared.set(variable, `$${variable}:[_Any!]!`);
    for (const [name, declaration] of operation.variables) declared.set(name, declaration);
  }
  const fields = parts.map(
    ({ operation, variable, responseName }) =>
      `${responseName}:_entities(representations:$${variable})${operation.selection}`,
  );
  return `query(${[...declared.values()].join(",")})${parts[0]?.operation.directives ?? ""}{${fields.join(" ")}}`;
}

function declarations({ variableDefinitions = [] }: OperationDefinitionNode): ReadonlyMap<string, string> {
  return new Map(
    variableDefinitions
      .map((definition): [string, string] => [definition.variable.name.value, compact(print(definition))])
      .filter(([name]) => name !== representationsVariable),
  );
}

function entitySelection({ selections: [entities] }: SelectionSetNode): SelectionSetNode {
  if (entities?.kind !== Kind.FIELD || !entities.selectionSet) throw new Error("a fetch of entities selects none");
  return entities.selectionSet;
}

/** Root types may have other names in a subgraph, so a condition on one is left out: it holds anyway. */
function withoutRootConditions(selectionSet: SelectionSetNode): SelectionSetNode {
  const { selections } = selectionSet;
  if (selections.every(({ kind }) => kind === Kind.FIELD)) return selectionSet;
  return {
    kind: Kind.SELECTION_SET,
    selections: selections.map((selection) =>
      selection.kind === Kind.INLINE_FRAGMENT
        ? {
            kind: Kind.INLINE_FRAGMENT,
            ...(selection.directives && { directives: selection.directives }),
            selectionSet: withoutRootConditions(selection.selectionSet),
          }
        : selection,
    ),
  };
}

function withoutSpreads(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): SelectionSetNode {
  const inline = (selection: SelectionNode): SelectionNode => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = fragments.get(selection.name.value);
      if (!fragment) throw new Error("a fetch of the plan spreads an unknown fragment");
      return {
        kind: Kind.INLINE_FRAGMENT,
        typeCondition: fragment.typeCondition,
        ...(selection.directives && { directives: selection.directives }),
        selectionSet: withoutSpreads(fragment.selectionSet, fragments),
      };
    }
    return selection.selectionSet
      ? { ...selection, selectionSet: withoutSpreads(selection.selectionSet, fragments) }
      : selection;
  };
  return { kind: Kind.SELECTION_SET, selections: selections.map(inline) };
}

/** Printed GraphQL on one line. Block strings are printed by graphql-js as such only when parsed as such. */
function compact(printed: string): string {
  return printed.includes('"""') ? printed : printed.replaceAll(/\n\s*/g, " ");
}

/** The name under which a field stands in an answer. */
export function responseName({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}
