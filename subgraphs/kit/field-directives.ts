/** Directives of a subgraph's own SDL that hold for a field, and a guard in front of what they are about. */
import {
  type DirectiveNode,
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  valueFromASTUntyped,
} from "graphql";
import type { SubgraphContext } from "./context.ts";

export type SubgraphField = GraphQLField<unknown, SubgraphContext>;

/** What a directive says, by argument. */
export type DirectiveArguments = Readonly<Record<string, unknown>>;

/** Every field of every object type, apart from those that tell of the schema. */
export function* fieldsOf(schema: GraphQLSchema): Generator<readonly [GraphQLObjectType, SubgraphField]> {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields())) yield [type, field];
  }
}

/**
 * All that a directive says of a field: on the field, on its type, on the interfaces of that, and on the type that it
 * gives.
 */
export function saidOf(directive: string, type: GraphQLObjectType, field: SubgraphField): DirectiveArguments[] {
  const promised = type.getInterfaces().flatMap((each) => each.getFields()[field.name] ?? []);
  const nodes = [...onType(type), ...[field, ...promised].flatMap(onField)];
  return nodes
    .filter(({ name }) => name.value === directive)
    .map(({ arguments: given = [] }) =>
      Object.fromEntries(given.map(({ name, value }) => [name.value, valueFromASTUntyped(value)])),
    );
}

function onField({ astNode, type }: Pick<SubgraphField, "astNode" | "type">): DirectiveNode[] {
  return [...(astNode?.directives ?? []), ...onType(getNamedType(type))];
}

function onType(type: GraphQLNamedType): DirectiveNode[] {
  const own = [type.astNode, ...type.extensionASTNodes].flatMap((node) => node?.directives ?? []);
  const hasInterfaces = isObjectType(type) || isInterfaceType(type);
  return hasInterfaces ? [...own, ...type.getInterfaces().flatMap(onType)] : own;
}

/**
 * Puts a check in front of a field's resolver; what it throws is the answer.
 *
 * @param check is given the object that the field is of, too
 */
export function guardField(field: SubgraphField, check: (context: SubgraphContext, source: unknown) => void): void {
  const { resolve = defaultFieldResolver } = field;
  field.resolve = (source, values, context, info) => {
    check(context, source);
    return resolve(source, values, context, info);
  };
}
