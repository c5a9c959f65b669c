/**
 * Selections of which nothing is sure.
 *
 * The planner leaves out a field when everything selected of it is left out: `me { id @skip(if: $x) }` is then
 * not asked for at all, and nobody can tell `{}` from null. So what is planned selects `__typename` there too.
 */
import {
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from "graphql";

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** The document with something unconditional in the selection of every field. */
export function withFirmSelections(document: DocumentNode): DocumentNode {
  const fragments: Fragments = new Map(
    document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );
  return visit(document, {
    Field(node) {
      if (!node.selectionSet || hasFirm(node.selectionSet, fragments)) return undefined;
      const selections = [typename, ...node.selectionSet.selections];
      return { ...node, selectionSet: { ...node.selectionSet, selections } };
    },
  });
}

/**
 * A query without `@skip` and `@include`: everything is selected, also what was left out. Other operations
 * stay as they are, for what they select first is also what they do.
 */
export function withoutConditions(document: DocumentNode): DocumentNode {
  const isQuery = document.definitions.every(
    (node) => node.kind !== Kind.OPERATION_DEFINITION || node.operation === OperationTypeNode.QUERY,
  );
  if (!isQuery) return document;
  return visit(document, { Directive: (node) => (isCondition(node) ? null : undefined) });
}

function isCondition({ name }: DirectiveNode): boolean {
  return name.value === "skip" || name.value === "include";
}

const typename: SelectionNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: "__typename" } };

function hasFirm({ selections }: SelectionSetNode, fragments: Fragments): boolean {
  return selections.some((selection) => {
    const isConditional = selection.directives?.some(isCondition);
    if (isConditional || selection.kind === Kind.FIELD) return !isConditional;
    if (selection.kind === Kind.INLINE_FRAGMENT) return hasFirm(selection.selectionSet, fragments);
    const fragment = fragments.get(selection.name.value);
    return fragment !== undefined && hasFirm(fragment.selectionSet, fragments);
  });
}
