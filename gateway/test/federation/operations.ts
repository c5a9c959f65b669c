/**
 * Writes operations over any schema from a list of numbers: each choice takes the next one, and when they
 * are used up every choice is the plainest. So fewer and smaller numbers mean a smaller operation, and a
 * property that fails shrinks to a readable one.
 */
import {
  type ArgumentNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isUnionType,
  Kind,
  type OperationTypeNode,
  print,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";
import { type Choices, choices } from "./choices.ts";
import { fieldNode, fragmentNode, inlineFragmentNode, operationNode, selectionSetNode, typenameNode } from "./nodes.ts";
import { createValueWriter, type ValueWriter } from "./values.ts";

export interface GeneratedOperation {
  readonly document: DocumentNode;
  /** As a client sends them: those with a default may be missing. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** How deep fields are nested, and how many selections a set has at most. */
const limits = { depth: 6, width: 5, fields: 60 } as const;

/** Writes one operation of a kind that the schema has. It is valid but for aliases that clash on abstract types. */
export function writeOperation(
  schema: GraphQLSchema,
  operation: `${OperationTypeNode}`,
  numbers: readonly number[],
): GeneratedOperation {
  const root = schema.getRootType(operation as OperationTypeNode);
  if (!root) throw new Error(`The schema has no ${operation}`);
  const choose = choices(numbers);
  const values = createValueWriter(choose);
  const writer = new SelectionWriter(schema, choose, values);
  const selectionSet = writer.selectionSet(root, "", 0);
  const definition = operationNode(operation as OperationTypeNode, selectionSet, values.definitions());
  return {
    document: { kind: Kind.DOCUMENT, definitions: [definition, ...writer.fragments] },
    variables: values.variables,
  };
}

class SelectionWriter {
  readonly fragments: FragmentDefinitionNode[] = [];
  readonly #schema: GraphQLSchema;
  readonly #choose: Choices;
  readonly #values: ValueWriter;
  /** What a response name at a path stands for, so that the same one is only taken for the same. */
  readonly #taken = new Map<string, { readonly signature: string; readonly field: FieldNode }>();
  #fields = 0;

  constructor(schema: GraphQLSchema, choose: Choices, values: ValueWriter) {
    this.#schema = schema;
    this.#choose = choose;
    this.#values = values;
  }

  selectionSet(type: GraphQLCompositeType, path: string, depth: number): SelectionSetNode {
    const count = 1 + this.#choose(limits.width);
    const selections = Array.from({ length: count }, () => this.#selection(type, path, depth));
    return selectionSetNode(selections);
  }

  #selection(type: GraphQLCompositeType, path: string, depth: number): SelectionNode {
    const kind = this.#choose(12);
    if (depth < limits.depth && kind >= 10) return this.#namedFragment(type, path, depth);
    if (depth < limits.depth && kind >= (isAbstractType(type) ? 6 : 9)) return this.#inlineFragment(type, path, depth);
    return this.#field(type, path, depth);
  }

  #field(type: GraphQLCompositeType, path: string, depth: number): FieldNode {
    const fields = isUnionType(type) ? [] : Object.values(type.getFields());
    const index = this.#choose(fields.length + 1);
    const leaf = depth >= limits.depth || this.#fields++ > limits.fields;
    const usable = leaf ? fields.filter((field) => !isCompositeType(getNamedType(field.type))) : fields;
    const field = usable[index % Math.max(1, usable.length)];
    if (!field || index === fields.length) return this.#typename(path);
    return this.#dataField(type, field, path, depth);
  }

  #typename(path: string): FieldNode {
    const alias = this.#choose(4) === 3 ? `kind${this.#choose(2)}` : undefined;
    const node = typenameNode(alias, this.#directives());
    this.#taken.set(`${path}.${alias ?? "__typename"}`, { signature: "__typename", field: node });
    return node;
  }

  #dataField(
    type: GraphQLCompositeType,
    field: GraphQLField<unknown, unknown>,
    path: string,
    depth: number,
  ): FieldNode {
    const args = this.#arguments(field.args);
    const signature = `${field.name}(${args.map(print).join()}): ${field.type}`;
    const name = this.#responseName(type, field.name, signature, path);
    const known = this.#taken.get(`${path}.${name}`);
    const node = fieldNode(field.name, name, known?.field.arguments ?? args, this.#directives());
    if (!known) this.#taken.set(`${path}.${name}`, { signature, field: node });
    const inner = getNamedType(field.type);
    if (!isCompositeType(inner)) return node;
    return { ...node, selectionSet: this.selectionSet(inner, `${path}.${name}`, depth + 1) };
  }

  /** Mostly the field's own name; else that of another field, or one that nothing has. */
  #responseName(type: GraphQLCompositeType, name: string, signature: string, path: string): string {
    const siblings = isUnionType(type) ? [] : Object.keys(type.getFields());
    const wish = [name, name, name, siblings[this.#choose(siblings.length)] ?? name, `a${this.#choose(3)}`];
    const names = [wish[this.#choose(wish.length)] ?? name, name];
    const free = names.find(
      (candidate) => (this.#taken.get(`${path}.${candidate}`)?.signature ?? signature) === signature,
    );
    return free ?? `b${this.#taken.size}`;
  }

  #arguments(args: readonly GraphQLArgument[]): ArgumentNode[] {
    return args.flatMap((argument) => this.#values.argument(argument) ?? []);
  }

  #inlineFragment(type: GraphQLCompositeType, path: string, depth: number): SelectionNode {
    const condition = this.#choose(6) === 5 ? undefined : this.#overlapping(type);
    const directives = this.#directives();
    const selectionSet = this.selectionSet(condition ?? type, path, depth + 1);
    return inlineFragmentNode(condition?.name, directives, selectionSet);
  }

  #namedFragment(type: GraphQLCompositeType, path: string, depth: number): SelectionNode {
    const condition = this.#overlapping(type);
    const directives = this.#directives();
    const selectionSet = this.selectionSet(condition, path, depth + 1);
    const fragment = fragmentNode(`F${this.fragments.length}`, condition.name, selectionSet);
    this.fragments.push(fragment);
    return { kind: Kind.FRAGMENT_SPREAD, name: fragment.name, directives };
  }

  /** A type of which an object of `type` may be. */
  #overlapping(type: GraphQLCompositeType): GraphQLCompositeType {
    const possible = isAbstractType(type) ? this.#schema.getPossibleTypes(type) : [type];
    const types = possible.flatMap((object) => [object, ...object.getInterfaces()]);
    const all = [...new Set<GraphQLCompositeType>([...types, type])];
    return all[this.#choose(all.length)] ?? type;
  }

  #directives(): DirectiveNode[] {
    const kind = this.#choose(12);
    if (kind < 9) return [];
    const directives = [this.#values.condition(kind % 2 === 0 ? "skip" : "include")];
    return this.#choose(6) === 5
      ? [...directives, this.#values.condition(kind % 2 === 0 ? "include" : "skip")]
      : directives;
  }
}
