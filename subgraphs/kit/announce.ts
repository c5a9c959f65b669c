/**
 * Telling the gateway what has happened. It is noted in the transaction that does it, in the department's
 * own table `outbox`, and sent after the commit: what is rolled back is never told, what is committed always.
 */
import { eventKinds } from "../../trust/event-token.ts";
import type { Queryable } from "./batch.ts";

/** Something new for a field of `Subscription` that is marked `@announced`. */
export interface Announcement {
  /** The field. */
  readonly field: string;
  /** The entity that is new: its type and its key, and nothing else of it. */
  readonly entity: { readonly __typename: string } & Readonly<Record<string, string | number | boolean>>;
  /** The citizens whom it concerns, 100 at most; nobody else hears of it. */
  readonly citizens: readonly string[];
  /** A value for each argument of the field: subscriptions that gave another one there do not hear of it. */
  readonly arguments?: Readonly<Record<string, unknown>>;
}

/** Notes in the transaction `tx` that subscriptions are to hear of something. Nobody to hear is no event. */
export async function announce(tx: Queryable, announcement: Announcement): Promise<void> {
  if (announcement.citizens.length > 0) await note(tx, eventKinds.announcement, announcement);
}

/** Notes in the transaction `tx` that answers under these tags (`@cacheTag`, 100 at most) are no longer true. */
export async function invalidate(tx: Queryable, tags: readonly string[]): Promise<void> {
  if (tags.length > 0) await note(tx, eventKinds.invalidation, { tags });
}

async function note(tx: Queryable, kind: string, event: object): Promise<void> {
  await tx.query("INSERT INTO outbox (kind, event) VALUES ($1, $2)", [kind, JSON.stringify(event)]);
}
