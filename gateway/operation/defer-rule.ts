/** Where `@defer` may stand (GraphQL, incremental delivery RFC); graphql-js 16 does not know the directive. */
import {
  type ArgumentNode,
  type ASTVisitor,
  type DirectiveNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
  visit,
} from "graphql";

/**
 * A validation rule: a label is written out and names one `@defer` of the document; nothing is deferred
 * in a subscription, nor at the root of a mutation, whose fields run in order.
 */
export function deferRule(context: ValidationContext): ASTVisitor {
  const labels = new Set<string>();
  const refuse = (message: string, node: DirectiveNode) =>
    context.reportError(new GraphQLError(message, { nodes: node }));
  return {
    Directive(node) {
      if (node.name.value !== "defer") return;
      const parent = context.getParentType();
      const root = context.getSchema().getMutationType();
      if (parent && parent === root) refuse(`Nothing at the root of a mutation can be deferred.`, node);
      const label = argument(node, "label")?.value;
      if (!label || label.kind === Kind.NULL) return;
      if (label.kind !== Kind.STRING) refuse("The label of @defer must be written out.", node);
      else if (labels.has(label.value)) refuse(`The label "${label.value}" names two parts.`, node);
      else labels.add(label.value);
    },
    OperationDefinition(operation) {
      if (operation.operation !== "subscription") return;
      for (const node of deferred(context, operation)) refuse("Nothing in a subscription can be deferred.", node);
    },
  };
}

/** Every `@defer` of an operation: the planner knows none in a subscription, not even one that is switched off. */
function deferred(context: ValidationContext, operation: OperationDefinitionNode): DirectiveNode[] {
  const fragments = context.getRecursivelyReferencedFragments(operation);
  return [operation, ...fragments].flatMap(({ selectionSet }) => deferDirectives(selectionSet));
}

function deferDirectives(selectionSet: SelectionSetNode): DirectiveNode[] {
  const found: DirectiveNode[] = [];
  visit(selectionSet, {
    Directive(node) {
      if (node.name.value === "defer") found.push(node);
    },
  });
  return found;
}

function argument(node: DirectiveNode, name: string): ArgumentNode | undefined {
  return node.arguments?.find((candidate) => candidate.name.value === name);
}
