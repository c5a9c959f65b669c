/**
 * What an operation may cost at most, estimated before anything is asked. The model is that of the GraphQL
 * Cost Directives Specification as Apollo's router counts it:
 *
 * - an object costs 1, a leaf 0, an input object 1, a mutation 10 more; `@cost` says otherwise;
 * - what is in a list counts once for each item that the list may have: as `@listSize` says, else 10;
 * - of fragments on several object types only the dearest counts: an object has one type.
 *
 * Whatever does not depend on variables is added up when the operation is compiled.
 */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";
import { HuiminError } from "../../trust/errors.ts";
import { type Amount, atVariables, highest, product, sum } from "./cost-amount.ts";
import { argumentsCost, defaultListSize, expectedSize, inclusion } from "./cost-arguments.ts";
import { type CostDirectives, costDirectives } from "./cost-directives.ts";
import type { Variables } from "./operation.ts";

/** What a mutation costs before its fields. */
const mutationCost = 10;

/** An operation as the estimate reads it: one that fits the schema. */
interface PricedOperation {
  readonly definition: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
}

/** Sizes that a field gives to lists below it, by field name. */
type GivenSizes = Readonly<Record<string, Amount>>;

/**
 * Makes the function that prices the operations of a supergraph.
 *
 * The function, and the amount that it gives, throw RequestRefused `GRAPHQL_VALIDATION_FAILED` when the
 * slicing arguments of a list are not given as `@listSize` requires.
 */
export function createCostEstimate(supergraph: GraphQLSchema): (operation: PricedOperation) => Amount {
  const directives = costDirectives(supergraph);
  return ({ definition, fragments }) => {
    const root = supergraph.getRootType(definition.operation);
    if (!root) return 0;
    const fields = selectionSetCost({ schema: supergraph, directives, fragments }, root, definition.selectionSet);
    return sum([definition.operation === "mutation" ? mutationCost : 0, fields]);
  };
}

/**
 * Holds the cost of an operation with these variables against the most that is allowed.
 *
 * @throws HuiminError `COST_ESTIMATED_TOO_EXPENSIVE` that names both
 */
export function requireAffordable(cost: Amount, variables: Variables, maxCost: number): void {
  const estimated = atVariables(cost, variables);
  if (estimated <= maxCost) return;
  throw new HuiminError("COST_ESTIMATED_TOO_EXPENSIVE", {
    message: `The operation is estimated to cost ${estimated}, and at most ${maxCost} is allowed. Ask for shorter lists or fewer fields at once.`,
  });
}

/** What the estimate looks up on its way. */
interface PriceList {
  readonly schema: GraphQLSchema;
  readonly directives: CostDirectives;
  readonly fragments: PricedOperation["fragments"];
}

function selectionSetCost(
  prices: PriceList,
  parent: GraphQLNamedType,
  { selections }: SelectionSetNode,
  given: GivenSizes = {},
): Amount {
  const always: Amount[] = [];
  const byObjectType = new Map<GraphQLNamedType, Amount[]>();
  for (const selection of selections) {
    const type = conditionOf(prices, parent, selection);
    const cost = product([inclusion(selection), selectionCost(prices, type, selection, given)]);
    if (type === parent || !isObjectType(type)) always.push(cost);
    else byObjectType.set(type, [...(byObjectType.get(type) ?? []), cost]);
  }
  return sum([...always, highest([...byObjectType.values()].map(sum))]);
}

/** The type on which something is selected. */
function conditionOf({ schema, fragments }: PriceList, parent: GraphQLNamedType, selection: SelectionNode) {
  if (selection.kind === Kind.FIELD) return parent;
  const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments[selection.name.value] : selection;
  const condition = fragment?.typeCondition?.name.value;
  return (condition !== undefined && schema.getType(condition)) || parent;
}

function selectionCost(prices: PriceList, type: GraphQLNamedType, selection: SelectionNode, given: GivenSizes): Amount {
  if (selection.kind === Kind.FIELD) {
    const name = selection.name.value;
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
    return field ? fieldCost(prices, field, selection, given[name]) : 0;
  }
  const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? prices.fragments[selection.name.value] : selection;
  return fragment ? selectionSetCost(prices, type, fragment.selectionSet, given) : 0;
}

function fieldCost(
  prices: PriceList,
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  givenSize: Amount | undefined,
): Amount {
  const { directives } = prices;
  const type = getNamedType(field.type);
  const listSize = directives.listSize(field);
  const size = listSize ? expectedSize(listSize, field, node) : defaultListSize;
  const gives = Object.fromEntries((listSize?.sizedFields ?? []).map((name) => [name, size]));
  const below = node.selectionSet ? selectionSetCost(prices, type, node.selectionSet, gives) : 0;
  const item = sum([directives.ownWeight(field) ?? directives.typeWeight(type), below]);
  const isList = isListType(getNullableType(field.type));
  return sum([argumentsCost(directives, field, node), isList ? product([givenSize ?? size, item]) : item]);
}
