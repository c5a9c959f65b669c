/**
 * Where an operation for a subgraph, and the answer to it, hold what crosses sectors in another form: IDs, citizens and
 * shared keys by their types, and cursors (Relay cursor connections) by names as the convention has them.
 */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  typeFromAST,
  type ValueNode,
} from "graphql";
import { fieldsOf, type Place, placeOfInput, placeOfOutput } from "./sealed-types.ts";

/** All places of one operation. */
export interface SealedPlaces {
  readonly variables: ReadonlyMap<string, VariableUses>;
  /** In the order in which they stand in the text. */
  readonly literals: readonly Literal[];
  readonly answer: AnswerPlaces;
}

/** A variable whose value may be such, or hold some. */
export interface VariableUses {
  readonly type: GraphQLInputType;
  /** The names under which it is given: of arguments, or of members of an input object in the text. */
  readonly names: ReadonlySet<string>;
  /** The fields that it is given to. */
  readonly fields: ReadonlySet<string>;
}

/** A value in the text of the operation, with where it begins and ends. */
export interface Literal {
  readonly place: Place;
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** The members of an object that are such, and those that hold some. */
export interface AnswerPlaces {
  readonly leaves: ReadonlyMap<string, Place>;
  readonly members: ReadonlyMap<string, AnswerPlaces>;
}

/** What stands between a list and its cursors. */
const innerFields: ReadonlySet<string> = new Set(["edges", "pageInfo", "nodes", "node"]);

/** Those of some kinds alone. */
export type Kinds = ReadonlySet<Place["kind"]>;

/** Reads them out of an operation of the planner's. */
export function findSealedPlaces(query: string, supergraph: GraphQLSchema, kinds: Kinds): SealedPlaces {
  const fragments = new Map<string, FragmentDefinitionNode>();
  let operation: OperationDefinitionNode | undefined;
  for (const definition of parse(query).definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    else if (definition.kind === Kind.OPERATION_DEFINITION) operation = definition;
  }
  if (!operation) throw new TypeError("a call to a subgraph has no operation");
  const reader = new PlaceReader(operation, fragments, supergraph, kinds);
  const root = supergraph.getRootType(operation.operation) ?? undefined;
  const answer = reader.read(operation.selectionSet, { parent: root, list: "" });
  const variables = new Map([...reader.variables].filter(([, uses]) => mayHold(uses, kinds)));
  return { variables, literals: reader.literals, answer };
}

function mayHold({ type, names, fields }: VariableUses, kinds: Kinds): boolean {
  const named = getNamedType(type);
  return isInputObjectType(named) || isOneOf(placeOfInput(names, named, fields), kinds);
}

/** Whether it is a place, and of one of these kinds. */
export function isOneOf(place: Place | undefined, kinds: Kinds): place is Place {
  return place !== undefined && kinds.has(place.kind);
}

interface GrowingPlaces extends AnswerPlaces {
  readonly leaves: Map<string, Place>;
  readonly members: Map<string, GrowingPlaces>;
}

interface GrowingUses extends VariableUses {
  readonly names: Set<string>;
  readonly fields: Set<string>;
}

interface Position {
  /** Undefined where the subgraph gives entities of any type. */
  readonly parent: GraphQLNamedType | undefined;
  /** The field whose list is being read. */
  readonly list: string;
}

class PlaceReader {
  readonly variables = new Map<string, GrowingUses>();
  readonly literals: Literal[] = [];
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #supergraph: GraphQLSchema;
  readonly #kinds: Kinds;

  constructor(
    { variableDefinitions = [] }: OperationDefinitionNode,
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    supergraph: GraphQLSchema,
    kinds: Kinds,
  ) {
    this.#kinds = kinds;
    this.#fragments = fragments;
    this.#supergraph = supergraph;
    for (const { variable, type: node } of variableDefinitions) {
      // Those of representations are of a type that supergraphs do not have.
      const type = typeFromAST(supergraph, node) as GraphQLInputType | undefined;
      if (type) this.variables.set(variable.name.value, { type, names: new Set(), fields: new Set() });
    }
  }

  read({ selections }: SelectionSetNode, position: Position, into = newPlaces()): GrowingPlaces {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) this.#readField(selection, position, into);
      else {
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments.get(selection.name.value);
        const condition = fragment?.typeCondition?.name.value;
        const parent = condition === undefined ? position.parent : this.#supergraph.getType(condition);
        if (fragment) this.read(fragment.selectionSet, { ...position, parent }, into);
      }
    }
    return into;
  }

  #readField(field: FieldNode, { parent, list }: Position, { leaves, members }: GrowingPlaces): void {
    const name = field.name.value;
    const responseName = field.alias?.value ?? name;
    const definition = fieldsOf(parent)[name];
    const given = definition && "args" in definition ? definition.args : [];
    for (const { name: argument, value } of field.arguments ?? []) {
      const type = given.find((each) => each.name === argument.value)?.type;
      this.#readInput(value, { name: argument.value, type, field: name });
    }
    const type = definition && getNamedType(definition.type);
    if (!field.selectionSet) {
      const place = placeOfOutput(name, type, list);
      if (isOneOf(place, this.#kinds)) leaves.set(responseName, place);
      return;
    }
    const position = { parent: type, list: innerFields.has(name) ? list : name };
    const below = this.read(field.selectionSet, position, members.get(responseName));
    if (below.leaves.size > 0 || below.members.size > 0) members.set(responseName, below);
  }

  #readInput(node: ValueNode, input: { name: string; type: GraphQLInputType | undefined; field: string }): void {
    const type = input.type && getNamedType(input.type);
    switch (node.kind) {
      case Kind.VARIABLE: {
        const uses = this.variables.get(node.name.value);
        uses?.names.add(input.name);
        uses?.fields.add(input.field);
        return;
      }
      case Kind.LIST:
        for (const value of node.values) this.#readInput(value, input);
        return;
      case Kind.OBJECT:
        for (const { name, value } of node.fields) {
          const member = fieldsOf(type)[name.value]?.type as GraphQLInputType | undefined;
          this.#readInput(value, { ...input, name: name.value, type: member });
        }
        return;
      case Kind.STRING:
      case Kind.INT: {
        const place = placeOfInput([input.name], type, [input.field]);
        if (isOneOf(place, this.#kinds) && node.loc)
          this.literals.push({ place, value: node.value, ...node.loc.toJSON() });
      }
    }
  }
}

function newPlaces(): GrowingPlaces {
  return { leaves: new Map(), members: new Map() };
}
