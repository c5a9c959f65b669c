/**
 * A contract: the part of the API schema that one audience sees, chosen by `@tag`. Requests are validated
 * and answered by it; how the subgraphs are asked is still planned over the whole supergraph.
 */
import { createHash } from "node:crypto";
import {
  buildASTSchema,
  type DefinitionNode,
  type FieldDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  Kind,
  type NameNode,
  parse,
  printSchema,
  type TypeDefinitionNode,
  type TypeNode,
  validateSchema,
} from "graphql";
import { type ContractFilter, hiddenElements } from "./hidden-elements.ts";
import type { LoadedSupergraph } from "./supergraph.ts";
import { readTags, tagName } from "./tags.ts";

/**
 * The supergraph as the audience of a contract sees it.
 *
 * @throws Error when the contract leaves no query, or no valid schema
 */
export function applyContract(supergraph: LoadedSupergraph, name: string, filter: ContractFilter): LoadedSupergraph {
  const tags = readTags(parse(supergraph.sdl), tagName(supergraph.supergraphSchema));
  const hidden = hiddenElements(supergraph.schema, tags, filter);
  const { include, exclude } = filter;
  return {
    ...supergraph,
    id: createHash("sha256")
      .update(JSON.stringify([supergraph.id, include, exclude]))
      .digest("base64url"),
    schema: withoutElements(supergraph.schema, hidden, name),
  };
}

function withoutElements(schema: GraphQLSchema, hidden: ReadonlySet<string>, contract: string): GraphQLSchema {
  const query = schema.getQueryType();
  if (!query || hidden.has(query.name)) throw new Error(`the contract ${contract} leaves nothing to query`);
  const { definitions } = parse(printSchema(schema), { noLocation: true });
  const shown = definitions.flatMap((definition) => showDefinition(definition, hidden) ?? []);
  const reachable = reachableTypes(build(shown));
  const reached = build(shown.filter((node) => !isTypeDefinition(node) || reachable.has(node.name.value)));
  const [fault] = validateSchema(reached);
  if (fault) throw new Error(`the contract ${contract} leaves no valid schema: ${fault.message}`);
  return reached;
}

function build(definitions: DefinitionNode[]): GraphQLSchema {
  return buildASTSchema({ kind: Kind.DOCUMENT, definitions }, { assumeValidSDL: true });
}

/** The definition without what is hidden of it; undefined when that is all of it. */
function showDefinition(node: DefinitionNode, hidden: ReadonlySet<string>): DefinitionNode | undefined {
  const isShown = (coordinate: string) => !hidden.has(coordinate);
  if (node.kind === Kind.SCHEMA_DEFINITION) {
    return { ...node, operationTypes: node.operationTypes.filter(({ type }) => isShown(type.name.value)) };
  }
  if (node.kind === Kind.DIRECTIVE_DEFINITION) {
    return node.arguments?.every(({ type }) => isShown(namedType(type))) ? node : undefined;
  }
  if (!isTypeDefinition(node) || hidden.has(node.name.value)) return undefined;
  const type = node.name.value;
  const isShownMember = ({ name }: { readonly name: NameNode }) => isShown(`${type}.${name.value}`);
  switch (node.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION:
      return {
        ...node,
        interfaces: node.interfaces?.filter(({ name }) => isShown(name.value)) ?? [],
        fields: node.fields?.filter(isShownMember).map((field) => showArguments(type, field, hidden)) ?? [],
      };
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return { ...node, fields: node.fields?.filter(isShownMember) ?? [] };
    case Kind.ENUM_TYPE_DEFINITION:
      return { ...node, values: node.values?.filter(isShownMember) ?? [] };
    case Kind.UNION_TYPE_DEFINITION:
      return { ...node, types: node.types?.filter(({ name }) => isShown(name.value)) ?? [] };
    default:
      return node;
  }
}

function showArguments(type: string, field: FieldDefinitionNode, hidden: ReadonlySet<string>): FieldDefinitionNode {
  const isShown = ({ name }: { readonly name: NameNode }) => !hidden.has(`${type}.${field.name.value}(${name.value}:)`);
  return { ...field, arguments: field.arguments?.filter(isShown) ?? [] };
}

function isTypeDefinition(node: DefinitionNode): node is TypeDefinitionNode {
  return node.kind.endsWith("TypeDefinition");
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

/** The names of all types that a document can come to, by name or as a possible type. */
function reachableTypes(schema: GraphQLSchema): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting: (GraphQLNamedType | null | undefined)[] = [
    schema.getQueryType(),
    schema.getMutationType(),
    schema.getSubscriptionType(),
    ...schema.getDirectives().flatMap(({ args }) => args.map(({ type }) => getNamedType(type))),
  ];
  for (let type = waiting.pop(); waiting.length > 0 || type; type = waiting.pop()) {
    if (!type || reached.has(type.name)) continue;
    reached.add(type.name);
    waiting.push(...neighbours(schema, type));
  }
  return reached;
}

function neighbours(schema: GraphQLSchema, type: GraphQLNamedType): readonly GraphQLNamedType[] {
  if (isUnionType(type)) return type.getTypes();
  if (isInputObjectType(type)) return Object.values(type.getFields()).map((field) => getNamedType(field.type));
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  const fields = Object.values(type.getFields());
  return [
    ...fields.flatMap((field) => [getNamedType(field.type), ...field.args.map((arg) => getNamedType(arg.type))]),
    ...type.getInterfaces(),
    ...(isInterfaceType(type) ? schema.getPossibleTypes(type) : []),
  ];
}
