/** Which `@tag`s the elements of a supergraph carry. */
import {
  type ASTNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type TypeDefinitionNode,
} from "graphql";
import { linkedName } from "./linked-names.ts";

/**
 * Schema coordinate to tags: `Type`, `Type.field`, `Type.field(argument:)`, `Enum.VALUE`, `Input.field`.
 * A tag of an object or interface is one of all its fields too.
 */
export type Tags = ReadonlyMap<string, ReadonlySet<string>>;

/** What a supergraph calls `@tag`, without its `@`. */
export function tagName(supergraph: GraphQLSchema): string {
  return linkedName(supergraph, /^https:\/\/specs\.apollo\.dev\/tag\//, "tag", "tag") ?? "tag";
}

/** Reads all tags of a supergraph, which calls them `name`. */
export function readTags(supergraph: DocumentNode, name: string): Tags {
  const tags = new Map<string, ReadonlySet<string>>();
  const put = (coordinate: string, node: Tagged, inherited: readonly string[] = []) =>
    tags.set(coordinate, new Set([...inherited, ...tagsOf(node, name)]));
  for (const definition of supergraph.definitions) {
    if (!isTypeDefinition(definition)) continue;
    const type = definition.name.value;
    put(type, definition);
    const inherited = isComposite(definition) ? tagsOf(definition, name) : [];
    for (const member of membersOf(definition)) {
      const coordinate = `${type}.${member.name.value}`;
      put(coordinate, member, inherited);
      if (member.kind !== Kind.FIELD_DEFINITION) continue;
      for (const argument of member.arguments ?? []) put(`${coordinate}(${argument.name.value}:)`, argument);
    }
  }
  return tags;
}

interface Tagged {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

function tagsOf({ directives = [] }: Tagged, name: string): string[] {
  return directives
    .filter((directive) => directive.name.value === name)
    .flatMap((directive) => stringArgument(directive, "name") ?? []);
}

function stringArgument(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}

function isTypeDefinition(node: ASTNode): node is TypeDefinitionNode {
  return node.kind.endsWith("TypeDefinition");
}

function isComposite({ kind }: TypeDefinitionNode): boolean {
  return kind === Kind.OBJECT_TYPE_DEFINITION || kind === Kind.INTERFACE_TYPE_DEFINITION;
}

function membersOf(definition: TypeDefinitionNode) {
  if ("values" in definition) return definition.values ?? [];
  if ("fields" in definition) return definition.fields ?? [];
  return [];
}
