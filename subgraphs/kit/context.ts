/** What every resolver of a subgraph is given. */
import type { Caller } from "../../trust/caller.ts";
import type { MayRead } from "./rights.ts";

/** One request, as resolvers see it. */
export interface SubgraphContext<Loaders = unknown> {
  /** Who is asking; verified. */
  readonly caller: Caller;
  /** The store's batch readers, made afresh for this request. */
  readonly loaders: Loaders;
  /** The calendar day of the request in the city, `YYYY-MM-DD`; the same for all its fields. */
  readonly today: string;
  /** Whose data the caller may read. */
  readonly mayRead: MayRead;
}
