/** Events of subgraphs in one process: the stream that brings them from all replicas, and who hears them. */
import { z } from "zod";
import type { EventStream } from "../../../platform/event-stream.ts";
import type { RequestLog } from "../../admission/admit.ts";
import { type Announcement, announcement, invalidation } from "./announcement.ts";
import type { EventHub } from "./hub.ts";

/** What the intake of any replica has put on the stream. */
const published = z.object({
  subgraph: z.string(),
  announced: announcement.optional(),
  invalidated: invalidation.optional(),
});

/** Forgets what `subgraph` answered under these tags. */
export type Invalidate = (subgraph: string, tags: readonly string[]) => Promise<void>;

/** Hands on what comes from the stream. */
export function followEvents(stream: EventStream, hub: EventHub, invalidate: Invalidate, log: RequestLog): void {
  const heard = async (text: string) => {
    const { subgraph, announced, invalidated } = published.parse(JSON.parse(text));
    // First, so that nobody who hears of the news is answered with what it has overtaken.
    const stale = [...(invalidated?.tags ?? []), ...(announced ? [tagOf(announced)] : [])];
    await invalidate(subgraph, stale);
    if (announced) hub.deliver(subgraph, announced);
  };
  stream.follow((text) => {
    heard(text).catch((error: unknown) => log.error({ err: error }, "an event is lost"));
  });
}

/** News of an entity make what was kept of it old news. */
function tagOf({ entity: { __typename, ...key } }: Announcement): string {
  return `${__typename}:${JSON.stringify(key)}`;
}
