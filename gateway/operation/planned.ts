/** The plans of one operation: one for each way in which its `@override` labels fall. */
import type { QueryPlan } from "@apollo/query-planner";
import { type DocumentNode, GraphQLError, type GraphQLSchema, type OperationDefinitionNode } from "graphql";
import { LRUCache } from "lru-cache";
import { RequestRefused } from "../answer.ts";
import type { Planner } from "../planning/planner.ts";
import type { OverrideDecisions } from "./overrides.ts";

/** All that is needed to run an operation. */
export interface PlannedOperation {
  /** The schema that its client sees. */
  readonly schema: GraphQLSchema;
  readonly supergraphSchema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  readonly plan: QueryPlan;
}

/** Most ways of one operation that are kept. */
const maxWays = 16;

/**
 * Makes the function that plans one operation, each way once however many ask at the same time.
 * What failed is tried again by whoever asks next.
 *
 * @param grown is told the length of every plan that is kept
 */
export function createPlannings(
  operation: Omit<PlannedOperation, "plan"> & { readonly text: string },
  planner: Planner,
  grown: (length: number) => void,
): (overrides: OverrideDecisions) => Promise<PlannedOperation> {
  const ways = new LRUCache<string, Promise<PlannedOperation>>({ max: maxWays });
  const { text, ...rest } = operation;
  const plan = async (overrides: OverrideDecisions): Promise<PlannedOperation> => {
    const made = await makePlan(planner, text, overrides);
    grown(JSON.stringify(made).length);
    return Object.freeze({ ...rest, plan: made });
  };
  return (overrides) => {
    const way = wayOf(overrides);
    const known = ways.get(way);
    if (known) return known;
    const flight = plan(overrides).catch((error: unknown) => {
      ways.delete(way);
      throw error;
    });
    ways.set(way, flight);
    return flight;
  };
}

/** Labels cannot hold what JSON puts between them. */
function wayOf(overrides: OverrideDecisions): string {
  return overrides.size === 0 ? "" : JSON.stringify([...overrides]);
}

async function makePlan(planner: Planner, document: string, overrides: OverrideDecisions): Promise<QueryPlan> {
  try {
    return await planner.plan({ document, overrides });
  } catch (error) {
    if (error instanceof GraphQLError) throw new RequestRefused("GRAPHQL_VALIDATION_FAILED", [error]);
    throw error;
  }
}
