/** Where the operations that go to subgraphs have cursors (Relay cursor connections), by names as the convention has them. */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  type TypeNode,
} from "graphql";

/** The cursors of one operation. Each belongs to the field whose list it stands in. */
export interface CursorPlaces {
  /** Variables that hold cursors, with the fields that they are given to. */
  readonly variables: ReadonlyMap<string, readonly string[]>;
  /** Whether a cursor stands in the text of the operation. */
  readonly literal: boolean;
  /** Where its answer holds cursors. */
  readonly answer: CursorTree;
}

/** The members of an object that are cursors, with the fields that they belong to, and those that hold some. */
export interface CursorTree {
  readonly cursors: ReadonlyMap<string, string>;
  readonly members: ReadonlyMap<string, CursorTree>;
}

const cursorFields: ReadonlySet<string> = new Set(["cursor", "startCursor", "endCursor"]);
const cursorArguments: ReadonlySet<string> = new Set(["after", "before"]);
/** What stands between a list and its cursors. */
const innerFields: ReadonlySet<string> = new Set(["edges", "pageInfo", "nodes", "node"]);
const cursorTypes: ReadonlySet<string> = new Set(["String", "ID"]);

/** Reads them out of an operation of the planner's. */
export function findCursors(query: string): CursorPlaces {
  const { definitions } = parse(query, { noLocation: true });
  const fragments = new Map<string, FragmentDefinitionNode>();
  let operation: OperationDefinitionNode | undefined;
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    else if (definition.kind === Kind.OPERATION_DEFINITION) operation = definition;
  }
  if (!operation) throw new TypeError("a call to a subgraph has no operation");
  const reader = new CursorReader(operation, fragments);
  const answer = reader.read(operation.selectionSet, "");
  return { variables: reader.variables, literal: reader.literal, answer };
}

interface GrowingTree extends CursorTree {
  readonly cursors: Map<string, string>;
  readonly members: Map<string, GrowingTree>;
}

class CursorReader {
  readonly variables = new Map<string, string[]>();
  literal = false;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The names of variables that may hold a cursor. */
  readonly #texts: ReadonlySet<string>;

  constructor(
    { variableDefinitions = [] }: OperationDefinitionNode,
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  ) {
    this.#fragments = fragments;
    this.#texts = new Set(
      variableDefinitions
        .filter(({ type }) => cursorTypes.has(nameOf(type)))
        .map(({ variable }) => variable.name.value),
    );
  }

  /** @param list the field whose list is being read */
  read({ selections }: SelectionSetNode, list: string, into = newTree()): GrowingTree {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) this.#readField(selection, list, into);
      else if (selection.kind === Kind.INLINE_FRAGMENT) this.read(selection.selectionSet, list, into);
      else {
        const fragment = this.#fragments.get(selection.name.value);
        if (fragment) this.read(fragment.selectionSet, list, into);
      }
    }
    return into;
  }

  #readField(field: FieldNode, list: string, { cursors, members }: GrowingTree): void {
    const name = field.name.value;
    const responseName = field.alias?.value ?? name;
    this.#readArguments(field);
    if (!field.selectionSet) {
      if (cursorFields.has(name)) cursors.set(responseName, list);
      return;
    }
    const before = members.get(responseName);
    const tree = this.read(field.selectionSet, innerFields.has(name) ? list : name, before);
    if (tree.cursors.size > 0 || tree.members.size > 0) members.set(responseName, tree);
  }

  #readArguments({ name: { value: field }, arguments: given = [] }: FieldNode): void {
    for (const { name, value } of given) {
      if (!cursorArguments.has(name.value)) continue;
      if (value.kind === Kind.STRING) this.literal = true;
      if (value.kind !== Kind.VARIABLE || !this.#texts.has(value.name.value)) continue;
      const fields = this.variables.get(value.name.value) ?? [];
      this.variables.set(value.name.value, [...fields, field]);
    }
  }
}

function newTree(): GrowingTree {
  return { cursors: new Map(), members: new Map() };
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}
