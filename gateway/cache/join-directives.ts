/** Reads what composition wrote beside the elements of a supergraph (join specification, v0.5). */
import {
  type ConstDirectiveNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  valueFromASTUntyped,
} from "graphql";

/** An element of a schema that was built from SDL. */
export interface Described {
  readonly astNode?: { readonly directives?: readonly ConstDirectiveNode[] | undefined } | null | undefined;
}

/** All applications of one directive on an element. */
export function directivesOn({ astNode }: Described, name: string): ConstDirectiveNode[] {
  return (astNode?.directives ?? []).filter((directive) => directive.name.value === name);
}

/** The value of an argument, or undefined. Numbers come as text: nothing here knows their type. */
export function argumentOf(directive: ConstDirectiveNode, name: string): unknown {
  const found = directive.arguments?.find((each) => each.name.value === name);
  return found && valueFromASTUntyped(found.value);
}

/** The name of the subgraph that a `join__*` directive speaks of. */
export type SubgraphOf = (join: ConstDirectiveNode) => unknown;

/**
 * Reads the enum `join__Graph`, whose values stand for subgraphs.
 *
 * @throws TypeError when the schema is not a supergraph
 */
export function subgraphsIn(supergraph: GraphQLSchema): SubgraphOf {
  const graphs = supergraph.getType("join__Graph");
  if (!isEnumType(graphs)) throw new TypeError("the schema is not a supergraph");
  const names = new Map<unknown, unknown>();
  for (const value of graphs.getValues()) {
    const [graph] = directivesOn(value, "join__graph");
    if (graph) names.set(value.name, argumentOf(graph, "name"));
  }
  return (join) => names.get(argumentOf(join, "graph"));
}

/** What is said of a type for one subgraph, once for each of its keys there. */
export function joinsOf(type: GraphQLNamedType): ConstDirectiveNode[] {
  return directivesOn(type, "join__type");
}
