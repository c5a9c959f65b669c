/**
 * What makes query plans. The one implementation stands on @apollo/query-planner in a thread of its own
 * (`planner-thread.ts`); whatever else plans Apollo Federation can take its place behind this interface.
 */
import type { QueryPlan } from "@apollo/query-planner";

/** One operation that is to be planned. */
export interface PlanRequest {
  /** Text of exactly one operation with the fragments that it uses; fits the supergraph's API schema. */
  readonly document: string;
  /** For each `@override` label that the operation touches, whether the field is taken from its new subgraph. */
  readonly overrides: ReadonlyMap<string, boolean>;
}

export interface Planner {
  /**
   * Plans an operation, away from the event loop. The plan is plain JSON.
   *
   * Rejects with a GraphQLError for what the planner does not know, with HuiminError `OVERLOADED` when too
   * many operations wait, and with an Error when the planner itself fails.
   */
  plan(request: PlanRequest): Promise<QueryPlan>;
  /** Finishes what waits, then frees the thread. */
  close(): Promise<void>;
}
