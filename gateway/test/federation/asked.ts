/** What a call asks a subgraph for. */
import {
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from "graphql";

export interface FieldAsked {
  readonly type: GraphQLObjectType | GraphQLInterfaceType;
  readonly field: string;
}

/** Every field in the query of a call that clients know too. */
export function fieldsAsked(query: string, schema: GraphQLSchema): readonly FieldAsked[] {
  const walk = ({ selections }: SelectionSetNode, type: GraphQLNamedType | undefined): FieldAsked[] =>
    selections.flatMap((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return [];
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const on = selection.typeCondition?.name.value;
        return walk(selection.selectionSet, on === undefined ? type : schema.getType(on));
      }
      const field = selection.name.value;
      const known = isObjectType(type) || isInterfaceType(type) ? type.getFields()[field] : undefined;
      const below = selection.selectionSet ? walk(selection.selectionSet, known && getNamedType(known.type)) : [];
      return (isObjectType(type) || isInterfaceType(type)) && known ? [{ type, field }, ...below] : below;
    });
  return parse(query).definitions.flatMap((node) =>
    node.kind === Kind.OPERATION_DEFINITION ? walk(node.selectionSet, schema.getQueryType() ?? undefined) : [],
  );
}
