/** What the planner's thread and the main thread say to one another. */

/** To the thread: plan this. One at a time. */
export interface PlanningTask {
  readonly document: string;
  readonly overrides: readonly (readonly [label: string, on: boolean])[];
}

/** A subgraph as the supergraph names it. */
export interface NamedSubgraph {
  readonly name: string;
  /** `join__graph(url:)`; may be anything. */
  readonly url: string;
}

/** From the thread: once `ready` or `unreadable`, then one answer for each task. */
export type WorkerMessage =
  | {
      readonly type: "ready";
      readonly apiSdl: string;
      readonly subgraphs: readonly NamedSubgraph[];
      readonly version: string;
    }
  | { readonly type: "unreadable"; readonly message: string }
  | { readonly type: "planned"; readonly plan: string }
  | { readonly type: "tooWide" }
  | { readonly type: "refused" | "failed"; readonly message: string };
