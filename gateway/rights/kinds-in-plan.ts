/** What kinds of personal data a plan asks for, and of whom. */
import type { QueryPlan } from "@apollo/query-planner";
import { type GraphQLSchema, parse } from "graphql";
import { joinDemands } from "./demand.ts";
import type { Demands } from "./demands.ts";
import { fetchesOf } from "./handed-in-plan.ts";
import { demandsOf } from "./rights.ts";

/** The kinds that each subgraph is asked for, by its name; none is a subgraph that is asked for what is of no kind. */
export type PlannedKinds = ReadonlyMap<string, readonly string[]>;

/** Makes the function that reads a plan for a supergraph: what is refused is not in it any more. */
export function kindsReader(supergraph: GraphQLSchema, demands: Demands): (plan: QueryPlan) => PlannedKinds {
  const kindsOf = (document: string) =>
    joinDemands([...demandsOf(parse(document, { noLocation: true }), supergraph, demands)])?.categories ?? [];
  return ({ node }) => {
    const kinds = new Map<string, readonly string[]>();
    for (const { serviceName, operation } of fetchesOf(node)) {
      kinds.set(serviceName, [...new Set([...(kinds.get(serviceName) ?? []), ...kindsOf(operation)])].sort());
    }
    return kinds;
  };
}
