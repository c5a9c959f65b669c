/**
 * `@cost` and `@listSize` of a supergraph: the directives of the GraphQL Cost Directives Specification (IBM)
 * as Federation 2.9 has them. Composition writes them under the names that its `@link` to `cost` gives.
 */
import {
  type DirectiveNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getDirectiveValues,
  isLeafType,
} from "graphql";
import { linkedName } from "../supergraph/linked-names.ts";

/** How long the list of a field is assumed to be. */
export interface ListSize {
  readonly assumedSize: number | undefined;
  /** Arguments whose value is the length; the largest counts. */
  readonly slicingArguments: readonly string[];
  /** Fields below this one whose lists have this length, rather than the field itself. */
  readonly sizedFields: readonly string[];
  /** Whether exactly one of the slicing arguments must be given. */
  readonly requireOneSlicingArgument: boolean;
}

type Annotated = { readonly astNode?: { readonly directives?: readonly DirectiveNode[] } | null | undefined };

export interface CostDirectives {
  /** The weight that `@cost` gives to a field, argument or input field itself. */
  ownWeight(element: Annotated): number | undefined;
  /** The weight of a type: what `@cost` says, else 1 for objects of all kinds and 0 for leaves. */
  typeWeight(type: GraphQLNamedType): number;
  listSize(field: GraphQLField<unknown, unknown>): ListSize | undefined;
}

/** Finds the directives of a supergraph; one that does not link them has none. */
export function costDirectives(supergraph: GraphQLSchema): CostDirectives {
  const find = (name: string) => supergraph.getDirective(linkedName(supergraph, specification, "cost", name) ?? "");
  const cost = find("cost");
  const listSize = find("listSize");
  const ownWeight = ({ astNode }: Annotated) => {
    const values = cost && astNode ? getDirectiveValues(cost, astNode) : undefined;
    return values && Number(values.weight);
  };
  return {
    ownWeight,
    typeWeight: (type) => ownWeight(type) ?? (isLeafType(type) ? 0 : 1),
    listSize({ astNode }) {
      const values = listSize && astNode ? getDirectiveValues(listSize, astNode) : undefined;
      return values && toListSize(values);
    },
  };
}

function toListSize(values: Readonly<Record<string, unknown>>): ListSize {
  return {
    assumedSize: typeof values.assumedSize === "number" ? values.assumedSize : undefined,
    slicingArguments: names(values.slicingArguments),
    sizedFields: names(values.sizedFields),
    requireOneSlicingArgument: values.requireOneSlicingArgument !== false,
  };
}

function names(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === "string") : [];
}

const specification = /^https:\/\/specs\.apollo\.dev\/cost\/v0\.\d+$/;
