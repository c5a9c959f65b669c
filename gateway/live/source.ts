/** Where the events of subscriptions come from: the streams of subgraphs, or what subgraphs announce. */
import type { Boundary, SubgraphAnswer, SubgraphError } from "../boundary/boundary.ts";
import type { SubscriptionSource } from "../execution/program.ts";
import type { Variables } from "../operation/operation.ts";
import type { LoadedSupergraph } from "../supergraph/supergraph.ts";
import type { Session } from "./session.ts";

/** What the sources of subscriptions know of the supergraph. */
export type LiveSupergraph = Pick<LoadedSupergraph, "supergraphSchema" | "addresses" | "announcers">;

/** A subscription as the supergraph of the moment plans it. */
export interface LiveOperation {
  readonly source: SubscriptionSource;
  readonly variables: Variables;
  readonly boundary: Boundary;
  readonly supergraph: LiveSupergraph;
}

/** Where events go. */
export interface Sink {
  event(answer: SubgraphAnswer): void;
  /** No event comes any more: because of `error`, or because there will be none. */
  ended(error?: SubgraphError): void;
}

/** What can be listened to on behalf of somebody. */
export interface Source {
  /** Sources with the same key give her the same events; undefined when no other is the same. */
  readonly key: string | undefined;
  /** Starts to listen. Nothing reaches the sink once the function that it returns was called. */
  listen(sink: Sink): () => void;
}

/**
 * Finds the source of an operation for whoever the session is.
 *
 * @throws HuiminError when she may not listen to it
 */
export type FindSource = (operation: LiveOperation, session: Session) => Source;
