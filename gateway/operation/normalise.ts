/** One operation cut out of its document, in one form whatever way it was written. */
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  print,
  visit,
} from "graphql";

/** An operation with the fragments that it uses, and nothing else. */
export interface SelectedOperation {
  readonly definition: OperationDefinitionNode;
  /** By name, in the order in which they are first spread. */
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /**
   * The same as text without a trace of formatting, comments or the order of fragments: two operations
   * with one text are one operation.
   */
  readonly text: string;
  /** Whether the document held nothing else. */
  readonly alone: boolean;
}

/** Cuts an operation out; undefined when `operationName` does not name exactly one. */
export function selectOperation(document: DocumentNode, operationName?: string): SelectedOperation | undefined {
  const definition = getOperationAST(document, operationName);
  if (!definition) return undefined;
  const fragments = fragmentsUsed(definition, document);
  const definitions = [definition, ...Object.values(fragments)];
  return {
    definition,
    fragments,
    text: printOperation({ definitions }),
    alone: definitions.length === document.definitions.length,
  };
}

/** The text of an operation and its fragments, in the order in which they stand. */
export function printOperation({ definitions }: Pick<DocumentNode, "definitions">): string {
  return definitions.map(print).join("\n");
}

function fragmentsUsed(definition: OperationDefinitionNode, document: DocumentNode): SelectedOperation["fragments"] {
  const all = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) all.set(node.name.value, node);
  }
  const used = new Map<string, FragmentDefinitionNode>();
  const collect = (node: OperationDefinitionNode | FragmentDefinitionNode) =>
    visit(node, {
      FragmentSpread({ name }) {
        const fragment = all.get(name.value);
        if (!fragment || used.has(name.value)) return;
        used.set(name.value, fragment);
        collect(fragment);
      },
    });
  collect(definition);
  return Object.fromEntries(used);
}
