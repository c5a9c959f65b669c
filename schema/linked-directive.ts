/** What the directives of our own specification have in common, and how they are read and written as SDL. */
import {
  type ArgumentNode,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  parseConstValue,
  type SchemaDefinitionNode,
  type SchemaExtensionNode,
  type TypeDefinitionNode,
  type TypeExtensionNode,
  valueFromASTUntyped,
} from "graphql";

/** What subgraphs link to use the directives. */
export const rightsSpecification = "https://huimin.invalid/rights/v1.0";

/** Values of a directive's arguments, by name. */
export type DirectiveArguments = Readonly<Record<string, unknown>>;

/** One directive of the specification. */
export interface LinkedDirective {
  readonly name: string;
  /** SDL, as subgraphs and the supergraph both hold it. */
  readonly definition: string;
  /** What is wrong with an application of it; undefined for nothing. */
  faultOf(given: DirectiveArguments): string | undefined;
  /**
   * The one that demands what all of these demand.
   *
   * @param unanimous whether every subgraph that gives the element has applied the directive to it
   */
  merge(given: readonly DirectiveArguments[], unanimous: boolean): DirectiveArguments;
}

/** A part of a schema that directives can stand on. */
export type Annotated = { readonly directives?: readonly ConstDirectiveNode[] | undefined };

/** Values of arguments as they are written. */
export function valuesOf(given: readonly ArgumentNode[] = []): DirectiveArguments {
  return Object.fromEntries(given.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));
}

/** The application of a directive. */
export function applicationOf(name: string, given: DirectiveArguments): ConstDirectiveNode {
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: name },
    arguments: Object.entries(given).map(([argument, value]) => ({
      kind: Kind.ARGUMENT,
      name: { kind: Kind.NAME, value: argument },
      value: parseConstValue(JSON.stringify(value)),
    })),
  };
}

/** The link to the specification. */
export function linkTo(names: readonly string[], purpose?: "SECURITY"): ConstDirectiveNode {
  const link = applicationOf("link", { url: rightsSpecification, import: names.map((name) => `@${name}`) });
  const forPurpose = { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: "for" } } as const;
  const value = { kind: Kind.ENUM, value: purpose ?? "" } as const;
  return purpose ? { ...link, arguments: [...(link.arguments ?? []), { ...forPurpose, value }] } : link;
}

/** Whether a directive is the link to the specification. */
export function isLinkToSpecification({ name, arguments: given }: DirectiveNode): boolean {
  return name.value === "link" && valuesOf(given).url === rightsSpecification;
}

/** The arguments of every `@link` of a subgraph. */
export function linksOf({ definitions }: DocumentNode): readonly DirectiveArguments[] {
  return definitions
    .filter(isSchema)
    .flatMap(({ directives = [] }) => directives.filter(({ name }) => name.value === "link"))
    .map(({ arguments: given }) => valuesOf(given));
}

/** Whether a definition is of the schema itself, or adds to it. */
export function isSchema(node: DefinitionNode): node is SchemaDefinitionNode | SchemaExtensionNode {
  return node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION;
}

export type TypeNode = TypeDefinitionNode | TypeExtensionNode;

/** Whether a definition is of a type, or adds to one. */
export function isType(node: DefinitionNode): node is TypeNode {
  return /Type(Definition|Extension)$/.test(node.kind);
}

/** The fields of an object or interface; input fields demand nothing. */
export function fieldsOf(node: TypeNode): readonly FieldDefinitionNode[] {
  const hasFields = /^(Object|Interface)Type/.test(node.kind);
  return hasFields && "fields" in node ? ((node.fields ?? []) as readonly FieldDefinitionNode[]) : [];
}
