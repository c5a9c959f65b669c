/**
 * Remembers what may be used only once, for as long as it could be used again.
 *
 * This process remembers in memory; with a shared store all replicas remember together. When the shared store does
 * not answer, each replica goes on by itself: a proof, or a signed call, could then be used once at each of them, by
 * somebody who has broken TLS to see it, and that is worth less than the whole graph.
 */
import { createHash } from "node:crypto";
import { within } from "../platform/deadline.ts";
import type { KeyValueStore } from "../platform/keyvalue.ts";
import type { Logger } from "../platform/log.ts";
import { HuiminError } from "./errors.ts";
import type { MarkAsSeen } from "./possession.ts";

export interface ReplayParts {
  /** What all replicas share; null when there is only this process. */
  readonly shared: Pick<KeyValueStore, "add"> | null;
  readonly log: Pick<Logger, "warn">;
  readonly now?: () => number;
  /** Most names in memory. */
  readonly capacity?: number;
}

/** Longest wait for the shared store, and how long it is left alone after it failed; milliseconds. */
const [patienceMs, pauseMs] = [250, 5_000];

export function createReplayGuard({ shared, log, now = Date.now, capacity = 1_000_000 }: ReplayParts): MarkAsSeen {
  const markHere = createMemory(capacity, now);
  let pausedUntil = 0;
  const markThere = async (id: string, seconds: number): Promise<boolean> => {
    if (shared === null || now() < pausedUntil) return true;
    try {
      return await within(patienceMs, shared.add(`seen:${id}`, "", seconds));
    } catch (error) {
      pausedUntil = now() + pauseMs;
      log.warn({ err: error }, "the store of what was used does not answer; this process remembers alone for a while");
      return true;
    }
  };
  return async (name, seconds) => {
    // A part of the hash is enough: 96 bits, and names come from whoever holds a good token.
    const id = createHash("sha256").update(name).digest("base64url").slice(0, 16);
    return markHere(id, seconds) && (await markThere(id, seconds));
  };
}

/** Two generations of names, each as old as the longest life: the older one is dropped as a whole. */
function createMemory(capacity: number, now: () => number): (id: string, seconds: number) => boolean {
  let recent = new Set<string>();
  let older = new Set<string>();
  let turnsAt = 0;
  return (id, seconds) => {
    if (now() >= turnsAt) {
      // After a pause nothing of before can still be of use.
      older = now() >= turnsAt + seconds * 1000 ? new Set() : recent;
      recent = new Set();
      turnsAt = now() + seconds * 1000;
    }
    if (recent.has(id) || older.has(id)) return false;
    if (recent.size + older.size >= capacity) throw new HuiminError("OVERLOADED");
    recent.add(id);
    return true;
  };
}
