/** How large a document may be: far above what people write, and far below what hurts. */
import {
  type DefinitionNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";
import { RequestRefused } from "../answer.ts";

/** The most that a document may hold. Fragments are counted as often as they are spread. */
export interface DocumentLimits {
  /** Lexical tokens; the parser stops there. */
  readonly tokens: number;
  /** Nesting of selected fields. */
  readonly depth: number;
  /** Fields of one operation. */
  readonly fields: number;
  /** Fields at the root of an operation, each of which is a read of its own. */
  readonly rootFields: number;
  /** Fields of one operation that have an alias: the way to ask the same thing many times. */
  readonly aliases: number;
  /** Directives of one operation. */
  readonly directives: number;
}

/** For whoever comes from outside. */
export const strictLimits: DocumentLimits = {
  tokens: 2_000,
  depth: 20,
  fields: 500,
  rootFields: 20,
  aliases: 100,
  directives: 100,
};

/** For trials with documents of every kind: only what would exhaust the gateway itself is refused. */
export const generousLimits: DocumentLimits = {
  tokens: 50_000,
  depth: 200,
  fields: 20_000,
  rootFields: 5_000,
  aliases: 20_000,
  directives: 20_000,
};

type Size = Readonly<Record<Measured, number>>;
type Measured = Exclude<keyof DocumentLimits, "tokens">;

const nothing: Size = { depth: 0, fields: 0, rootFields: 0, aliases: 0, directives: 0 };

/** How each limit is named to whoever passed it. */
const excesses: readonly (readonly [Measured, (most: number) => string])[] = [
  ["depth", (most) => `nests more than ${most} fields deep`],
  ["fields", (most) => `selects more than ${most} fields`],
  ["rootFields", (most) => `selects more than ${most} root fields`],
  ["aliases", (most) => `has more than ${most} aliases`],
  ["directives", (most) => `has more than ${most} directives`],
];

/**
 * Measures a document before it is validated, in time linear in its length.
 *
 * @throws RequestRefused `GRAPHQL_VALIDATION_FAILED` that says which limit is passed
 */
export function checkLimits(document: DocumentNode, limits: DocumentLimits): void {
  const measure = createMeasure(document);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    const size = measure(definition.selectionSet);
    for (const [name, describe] of excesses) {
      // The root fields of a fragment count where it is spread at a root.
      if (name === "rootFields" && definition.kind === Kind.FRAGMENT_DEFINITION) continue;
      if (size[name] > limits[name]) refuse(describe(limits[name]), definition);
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
  const measureSelection = (selection: SelectionNode): Size => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return measureFragment(selection.name.value);
    const inside = selection.selectionSet ? measure(selection.selectionSet) : nothing;
    if (selection.kind === Kind.INLINE_FRAGMENT) return inside;
    return {
      ...inside,
      depth: inside.depth + 1,
      fields: inside.fields + 1,
      rootFields: 1,
      aliases: inside.aliases + (selection.alias ? 1 : 0),
    };
  };
  const measure = ({ selections }: SelectionSetNode): Size =>
    selections.map((selection) => withDirectives(measureSelection(selection), selection)).reduce(together, nothing);
  return measure;
}

function withDirectives(size: Size, { directives = [] }: SelectionNode): Size {
  return { ...size, directives: size.directives + directives.length };
}

function together(a: Size, b: Size): Size {
  return {
    depth: Math.max(a.depth, b.depth),
    fields: a.fields + b.fields,
    rootFields: a.rootFields + b.rootFields,
    aliases: a.aliases + b.aliases,
    directives: a.directives + b.directives,
  };
}
