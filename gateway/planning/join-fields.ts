/** Reads what a supergraph's `join__` directives say about types and fields. */
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  type SelectionSetNode,
  type TypeNode,
} from "graphql";

export type FieldsNode = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

/** The objects and interfaces of a supergraph by name. */
export class TypeIndex {
  readonly #types: ReadonlyMap<string, FieldsNode>;

  constructor(document: DocumentNode) {
    this.#types = new Map(document.definitions.filter(hasFields).map((node) => [node.name.value, node]));
  }

  /** The name of the type of a field. */
  named({ type }: FieldDefinitionNode): string {
    return namedType(type);
  }

  fieldType(type: string, field: string): string | undefined {
    const found = this.#field(type, field);
    return found && namedType(found.type);
  }

  /** The type itself and, if it is an interface, all that implement it. */
  holders(type: string): string[] {
    const implementers = [...this.#types.values()].filter(({ interfaces }) =>
      interfaces?.some(({ name }) => name.value === type),
    );
    return [type, ...implementers.map(({ name }) => name.value)];
  }

  /** Whether an interface of the type has the field. */
  isPromised({ interfaces = [] }: FieldsNode, field: string): boolean {
    return interfaces.some(({ name }) => this.#field(name.value, field) !== undefined);
  }

  #field(type: string, field: string): FieldDefinitionNode | undefined {
    return this.#types.get(type)?.fields?.find(({ name }) => name.value === field);
  }
}

/** The subgraph that a `join__` directive speaks of. */
export function graphOf({ arguments: args = [] }: ConstDirectiveNode): string | undefined {
  const value = args.find(({ name }) => name.value === "graph")?.value;
  return value?.kind === Kind.ENUM ? value.value : undefined;
}

/** Whether a directive declares a field that another subgraph owns. */
export function isExternal({ arguments: args = [] }: ConstDirectiveNode): boolean {
  const value = args.find(({ name }) => name.value === "external")?.value;
  return value?.kind === Kind.BOOLEAN && value.value;
}

/** The directive with its `key`, `requires` and `provides` mapped. */
export function selectionArguments(
  directive: ConstDirectiveNode,
  map: (name: string, selection: string) => string,
): ConstDirectiveNode {
  if (!directive.name.value.startsWith("join__")) return directive;
  const args = directive.arguments?.map((argument) => {
    const { name, value } = argument;
    if (value.kind !== Kind.STRING || !["key", "requires", "provides"].includes(name.value)) return argument;
    return { ...argument, value: { ...value, value: map(name.value, value.value) } };
  });
  return { ...directive, ...(args && { arguments: args }) };
}

/** What `fields` of a `@key` or `@requires` selects. */
export function selectionSetOf(fields: string): SelectionSetNode {
  const [definition] = parse(`{ ${fields} }`, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`no selection: ${fields}`);
  return definition.selectionSet;
}

/** Whether a definition is of an object or an interface. */
export function hasFields(node: DocumentNode["definitions"][number]): node is FieldsNode {
  return node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION;
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
