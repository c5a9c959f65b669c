/** Short hands for the nodes of generated documents. */
import {
  type ArgumentNode,
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type NamedTypeNode,
  type NameNode,
  type OperationDefinitionNode,
  type OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  type VariableDefinitionNode,
} from "graphql";

export function nameNode(value: string): NameNode {
  return { kind: Kind.NAME, value };
}

function typeNode(name: string): NamedTypeNode {
  return { kind: Kind.NAMED_TYPE, name: nameNode(name) };
}

export function selectionSetNode(selections: readonly SelectionNode[]): SelectionSetNode {
  return { kind: Kind.SELECTION_SET, selections };
}

export function fieldNode(
  name: string,
  responseName: string,
  args: readonly ArgumentNode[],
  directives: readonly DirectiveNode[],
): FieldNode {
  const alias = responseName === name ? {} : { alias: nameNode(responseName) };
  return { kind: Kind.FIELD, name: nameNode(name), ...alias, arguments: args, directives };
}

export function typenameNode(alias: string | undefined, directives: readonly DirectiveNode[]): FieldNode {
  return fieldNode("__typename", alias ?? "__typename", [], directives);
}

export function inlineFragmentNode(
  condition: string | undefined,
  directives: readonly DirectiveNode[],
  selectionSet: SelectionSetNode,
): SelectionNode {
  const typeCondition = condition === undefined ? {} : { typeCondition: typeNode(condition) };
  return { kind: Kind.INLINE_FRAGMENT, ...typeCondition, directives, selectionSet };
}

export function fragmentNode(name: string, condition: string, selectionSet: SelectionSetNode): FragmentDefinitionNode {
  return { kind: Kind.FRAGMENT_DEFINITION, name: nameNode(name), typeCondition: typeNode(condition), selectionSet };
}

export function operationNode(
  operation: OperationTypeNode,
  selectionSet: SelectionSetNode,
  variableDefinitions: readonly VariableDefinitionNode[],
): OperationDefinitionNode {
  return { kind: Kind.OPERATION_DEFINITION, operation, name: nameNode("Generated"), variableDefinitions, selectionSet };
}
