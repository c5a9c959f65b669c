/** All that makes subscriptions live, put together. */
import type { EventStream } from "../../platform/event-stream.ts";
import type { Logger } from "../../platform/log.ts";
import type { BorderOf, SealOf } from "../boundary/boundary.ts";
import type { Credentials } from "../boundary/credentials.ts";
import type { OpenSealed } from "../boundary/sealed-values.ts";
import type { Generations, Serving } from "../supergraph/generations.ts";
import { followEvents, type Invalidate } from "./events/events.ts";
import { createEventHub } from "./events/hub.ts";
import { subgraphStreams } from "./subgraph/stream.ts";
import { createSubscriptions, type Subscriptions } from "./subscriptions.ts";

export interface LiveParts {
  readonly generations: Pick<Generations<Serving>, "onChange">;
  /** Where subgraphs stream, if not where they answer. */
  readonly streams?: ReadonlyMap<string, URL> | undefined;
  readonly credentials: Credentials;
  /** Where citizens go by other names; nowhere unless given. */
  readonly borderOf?: BorderOf;
  /** Whether a subgraph may stream from inside the city's network; each unless given. */
  readonly mayBeInternal?: (subgraph: string) => boolean;
  /** How calls to a subgraph are signed; not at all unless given. */
  readonly sealOf?: SealOf;
  /** Opens and seals what crosses sectors sealed; leaves it unless given. */
  readonly openSealed?: OpenSealed;
  /** What subgraphs announce; nothing unless given. */
  readonly announced?: { readonly stream: EventStream; readonly invalidate: Invalidate };
  readonly log: Logger;
}

/** The subscriptions over the streams of subgraphs and what they announce. */
export function startSubscriptions(parts: LiveParts): Subscriptions {
  const { generations, streams = new Map(), credentials, borderOf = () => undefined, announced, log } = parts;
  const { mayBeInternal = () => true, sealOf = () => undefined, openSealed = () => undefined } = parts;
  const hub = createEventHub(openSealed, log);
  if (announced) followEvents(announced.stream, hub, announced.invalidate, log);
  const findStream = subgraphStreams(streams, { credentials, borderOf, mayBeInternal, sealOf, openSealed }, log);
  const subscriptions = createSubscriptions((operation, session) => {
    const owner = operation.supergraph.announcers.get(operation.source.subgraph);
    return owner === undefined ? findStream(operation, session) : hub.sourceOf(owner)(operation, session);
  });
  generations.onChange(() => subscriptions.reload());
  return subscriptions;
}
