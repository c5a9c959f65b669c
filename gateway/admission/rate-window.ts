/**
 * Counts against limits in a sliding window: what was counted in this window so far, and of the window before
 * as much as the window still covers. The counts are in the shared store, so that all replicas count together.
 *
 * Asking the store for every request would cost more than many a request does. So a process leases permits
 * in small lots and hands them out by itself: a limit is never passed, and at most a lot for each process is
 * counted without having been used.
 */
import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { KeyValueStore } from "../../platform/keyvalue.ts";

/** The window, in milliseconds. */
export const windowMs = 60_000;

/** A lot is this part of the limit. */
const lotsInLimit = 50;

/** Most keys that a process counts at once. Who is forgotten leases anew. */
const maxKeys = 50_000;

/** Whether there is a permit. */
export interface Verdict {
  readonly allowed: boolean;
  /** How many permits are left; 0 when there was none. */
  readonly remaining: number;
  /** Until there are all permits again, or when there was none until there is one; whole seconds, at least 1. */
  readonly resetSeconds: number;
}

/** What a process knows of one key in one window. */
interface Count {
  readonly window: number;
  /** How many were counted in the window before. */
  readonly previous: number;
  /** How many are counted in this one, leased permits too. */
  total: number;
  /** Leased permits that are left. */
  leased: number;
  /** No permit is to be had before that time. */
  refusedUntil: number;
}

export type CountStore = Pick<KeyValueStore, "get" | "increment">;

/**
 * Makes the function that takes a permit of `key`, of which there are `limit` in every window.
 *
 * @param now milliseconds since the epoch
 */
export function createRateWindow(store: CountStore, now: () => number = Date.now) {
  const counts = new LRUCache<string, Count>({ max: maxKeys });
  const leasing = new Map<string, Promise<void>>();

  const open = async (key: string, limit: number, window: number): Promise<void> => {
    const known = counts.get(key);
    const count = known?.window === window ? known : await newCount(store, key, limit, window);
    await lease(store, key, limit, count, now);
    counts.set(key, count);
  };
  const leaseOnce = (key: string, limit: number, window: number): Promise<void> => {
    const flight = leasing.get(key) ?? open(key, limit, window).finally(() => leasing.delete(key));
    leasing.set(key, flight);
    return flight;
  };
  return async (key: string, limit: number): Promise<Verdict> => {
    for (;;) {
      const time = now();
      const window = Math.floor(time / windowMs);
      const count = counts.get(key);
      if (count?.window === window && count.leased > 0) return take(count, limit, time);
      if (count?.window === window && time < count.refusedUntil) return refuse(count, time);
      await leaseOnce(key, limit, window);
    }
  };
}

function take(count: Count, limit: number, time: number): Verdict {
  count.leased -= 1;
  const remaining = Math.max(0, allowance(count, limit, time) - count.total + count.leased);
  return { allowed: true, remaining, resetSeconds: seconds((count.window + 1) * windowMs - time) };
}

function refuse({ refusedUntil }: Count, time: number): Verdict {
  return { allowed: false, remaining: 0, resetSeconds: seconds(refusedUntil - time) };
}

function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}

/** How many may be counted in this window by now. */
function allowance({ window, previous }: Count, limit: number, time: number): number {
  return Math.floor(limit - previous * (1 - (time - window * windowMs) / windowMs));
}

async function newCount(store: CountStore, key: string, limit: number, window: number): Promise<Count> {
  const before = Number((await store.get(nameOf(key, window - 1))) ?? 0);
  return { window, previous: Math.min(limit, before), total: 0, leased: 0, refusedUntil: 0 };
}

async function lease(store: CountStore, key: string, limit: number, count: Count, now: () => number): Promise<void> {
  const lot = Math.max(1, Math.floor(limit / lotsInLimit));
  const name = nameOf(key, count.window);
  const life = (2 * windowMs) / 1000;
  const total = await store.increment(name, life, lot);
  const excess = Math.min(lot, Math.max(0, total - allowance(count, limit, now())));
  count.total = excess > 0 ? await store.increment(name, life, -excess) : total;
  count.leased = lot - excess;
  if (count.leased === 0) count.refusedUntil = now() + untilNext(count, limit, now());
}

/** When the next permit comes, in milliseconds from now: the window before fades, or this one does after its end. */
function untilNext({ window, previous, total }: Count, limit: number, time: number): number {
  const passed = time - window * windowMs;
  const fades = (counted: number, free: number) => windowMs * (1 - free / counted);
  const here = total < limit && previous > 0 ? fades(previous, limit - total - 1) : windowMs;
  if (here < windowMs) return Math.max(1, here - passed);
  return windowMs - passed + Math.max(1, fades(Math.max(1, total), limit - 1));
}

/** Names in the store tell nobody who was counted. */
function nameOf(key: string, window: number): string {
  return `rate:${createHash("sha256").update(key).digest("base64url")}:${window}`;
}
