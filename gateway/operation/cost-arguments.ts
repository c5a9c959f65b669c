/** What the arguments and directives of a selection do to its cost. */
import {
  type ArgumentNode,
  type FieldNode,
  type GraphQLArgument,
  GraphQLError,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLInputField,
  GraphQLSkipDirective,
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  isInputObjectType,
  Kind,
  type SelectionNode,
  type ValueNode,
} from "graphql";
import { RequestRefused } from "../answer.ts";
import type { Amount } from "./cost-amount.ts";
import type { CostDirectives, ListSize } from "./cost-directives.ts";
import type { Variables } from "./operation.ts";

/** How long a list is taken to be of which the schema says nothing. */
export const defaultListSize = 10;

type Field = GraphQLField<unknown, unknown>;

/** The cost of the arguments that a field is given, defaults included. */
export function argumentsCost(directives: CostDirectives, field: Field, node: FieldNode): Amount {
  const costly = field.args.filter(
    (argument) =>
      directives.ownWeight(argument) !== undefined || directives.typeWeight(getNamedType(argument.type)) !== 0,
  );
  if (costly.length === 0) return 0;
  return whenKnown(node.arguments, (variables) => {
    const values = getArgumentValues(field, node, variables);
    return costly.reduce((total, argument) => total + inputCost(directives, argument, values[argument.name]), 0);
  });
}

function inputCost(directives: CostDirectives, input: GraphQLArgument | GraphQLInputField, value: unknown): number {
  if (value === undefined || value === null) return 0;
  if (Array.isArray(value)) return value.reduce<number>((total, item) => total + inputCost(directives, input, item), 0);
  const type = getNamedType(input.type);
  const own = directives.ownWeight(input) ?? directives.typeWeight(type);
  if (!isInputObjectType(type)) return own;
  const values = new Map(Object.entries(value));
  return Object.values(type.getFields()).reduce(
    (total, field) => total + inputCost(directives, field, values.get(field.name)),
    own,
  );
}

/** The length of a field's list as `@listSize` and the arguments say. */
export function expectedSize(listSize: ListSize, field: Field, node: FieldNode): Amount {
  const otherwise = listSize.assumedSize ?? defaultListSize;
  if (listSize.slicingArguments.length === 0) return otherwise;
  return whenKnown(node.arguments, (variables) => {
    const values = getArgumentValues(field, node, variables);
    const given = listSize.slicingArguments.filter((name) => isGiven(node, name, variables));
    // A default counts only where nothing was given: { last: 5 } must not clash with a default of `first`.
    const counting = given.length > 0 ? given : listSize.slicingArguments;
    const sizes = counting.map((name) => values[name]).filter((size) => typeof size === "number");
    if (listSize.requireOneSlicingArgument && sizes.length !== 1) refuse(listSize, node);
    return sizes.length === 0 ? otherwise : Math.max(0, ...sizes);
  });
}

function isGiven(node: FieldNode, name: string, variables: Variables): boolean {
  const value = node.arguments?.find((argument) => argument.name.value === name)?.value;
  if (value?.kind === Kind.VARIABLE) return (variables[value.name.value] ?? null) !== null;
  return value !== undefined && value.kind !== Kind.NULL;
}

function refuse({ slicingArguments }: ListSize, node: FieldNode): never {
  const message = `The field "${node.name.value}" needs exactly one of its arguments ${slicingArguments.join(", ")}.`;
  throw new RequestRefused("GRAPHQL_VALIDATION_FAILED", [new GraphQLError(message, { nodes: node })]);
}

/** 0 when `@skip` or `@include` leaves the selection out, else 1. */
export function inclusion({ directives = [] }: SelectionNode): Amount {
  const conditions = directives.flatMap((directive) => directive.arguments ?? []);
  return whenKnown(conditions, (variables) => {
    const skipped = getDirectiveValues(GraphQLSkipDirective, { directives }, variables)?.if === true;
    const included = getDirectiveValues(GraphQLIncludeDirective, { directives }, variables)?.if !== false;
    return included && !skipped ? 1 : 0;
  });
}

/** The amount at once, unless the arguments that it is made of depend on variables. */
function whenKnown(args: readonly ArgumentNode[] | undefined, amount: (variables: Variables) => number): Amount {
  return args?.some(({ value }) => hasVariable(value)) ? amount : amount({});
}

function hasVariable(value: ValueNode): boolean {
  if (value.kind === Kind.LIST) return value.values.some(hasVariable);
  if (value.kind === Kind.OBJECT) return value.fields.some((field) => hasVariable(field.value));
  return value.kind === Kind.VARIABLE;
}
