/** How large a document may be. The limits are far above what people write, and far below what hurts. */
import {
  type DefinitionNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
} from "graphql";
import { RequestRefused } from "../answer.ts";

/** Largest number of lexical tokens; the parser stops there. */
export const maxTokens = 2_000;

/** Deepest nesting of selected fields, fragments counted in. */
const maxDepth = 20;

/** Most fields that one operation or fragment may select, fragments counted as often as they are spread. */
const maxFields = 500;

/** Most fields at the root of an operation, each of which is a read of its own. */
const maxRootFields = 20;

interface Size {
  readonly depth: number;
  readonly fields: number;
  readonly rootFields: number;
}

const nothing: Size = { depth: 0, fields: 0, rootFields: 0 };

/**
 * Measures a document before it is validated, in time linear in its length.
 *
 * @throws RequestRefused `GRAPHQL_VALIDATION_FAILED` that says which limit is passed
 */
export function checkLimits(document: DocumentNode): void {
  const measure = createMeasure(document);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    const size = measure(definition.selectionSet);
    if (size.depth > maxDepth) refuse(`nests more than ${maxDepth} fields deep`, definition);
    if (size.fields > maxFields) refuse(`selects more than ${maxFields} fields`, definition);
    if (definition.kind === Kind.OPERATION_DEFINITION && size.rootFields > maxRootFields) {
      refuse(`selects more than ${maxRootFields} root fields`, definition);
    }
  }
}

function refuse(how: string, node: DefinitionNode): never {
  throw new RequestRefused("GRAPHQL_VALIDATION_FAILED", [
    new GraphQLError(`The document ${how}. Split it into smaller ones.`, { nodes: node }),
  ]);
}

function createMeasure(document: DocumentNode): (selectionSet: SelectionSetNode) => Size {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const known = new Map<string, Size>();
  const measureFragment = (name: string): Size => {
    const size = known.get(name);
    if (size) return size;
    // A fragment inside itself counts nothing here; validation refuses it.
    known.set(name, nothing);
    const fragment = fragments.get(name);
    const measured = fragment ? measure(fragment.selectionSet) : nothing;
    known.set(name, measured);
    return measured;
  };
  const measure = (selectionSet: SelectionSetNode): Size =>
    selectionSet.selections
      .map((selection): Size => {
        if (selection.kind === Kind.FRAGMENT_SPREAD) return measureFragment(selection.name.value);
        if (selection.kind === Kind.INLINE_FRAGMENT) return measure(selection.selectionSet);
        const { depth, fields } = selection.selectionSet ? measure(selection.selectionSet) : nothing;
        return { depth: depth + 1, fields: fields + 1, rootFields: 1 };
      })
      .reduce(together, nothing);
  return measure;
}

function together(a: Size, b: Size): Size {
  return {
    depth: Math.max(a.depth, b.depth),
    fields: a.fields + b.fields,
    rootFields: a.rootFields + b.rootFields,
  };
}
