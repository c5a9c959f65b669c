/**
 * A store for what may be lost: short-lived values with a time to live. Redis in production, the
 * process itself by default; `keyvalue.contract.ts` in the tests holds both to this interface.
 */

/** Keys and values are strings. Every value has a time to live in whole seconds, at least 1. */
export interface KeyValueStore {
  /** The value, or null when there is none or its time is over. */
  get(key: string): Promise<string | null>;
  /** The values in the order of the keys, each null when there is none. */
  getMany(keys: readonly string[]): Promise<(string | null)[]>;
  /** Writes the value, whatever was there. */
  set(key: string, value: string, ttlSeconds: number): Promise<void>;
  /**
   * Writes the value unless there is one; true for exactly one of any number of callers. What is written so is never
   * given up before its time: rejects when there is no room for it.
   */
  add(key: string, value: string, ttlSeconds: number): Promise<boolean>;
  /** Reads and removes the value; at most one caller gets it. */
  take(key: string): Promise<string | null>;
  /**
   * Adds `by`, one unless given, to a whole number, 0 when there is none, and gives the result. The first step sets
   * its life.
   */
  increment(key: string, ttlSeconds: number, by?: number): Promise<number>;
  /** Puts a member into a set and prolongs the set's life to at least `ttlSeconds`. */
  addMember(key: string, member: string, ttlSeconds: number): Promise<void>;
  /** The members of a set; empty when there is none. */
  members(key: string): Promise<string[]>;
  /** Removes values and sets. */
  delete(...keys: string[]): Promise<void>;
  /** Rejects when the store cannot be reached. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

interface Entry {
  readonly value: string | Set<string>;
  readonly expiresAt: number;
}

/** Most characters of all text values together. */
const maxCharacters = 64 * 1024 * 1024;

/**
 * The store inside the process. Bounded: past `maxEntries`, or 64 Mi characters, the entries written
 * longest ago go first. What `add` wrote stays, or a proof that was used once would count again; there
 * is room for `maxEntries` of those too, and then none for more.
 *
 * @param now milliseconds since the epoch
 */
export function createMemoryStore(maxEntries = 100_000, now: () => number = Date.now): KeyValueStore {
  const entries = new Map<string, Entry>();
  const marks = new Map<string, Entry>();
  let characters = 0;
  const find = (key: string) => marks.get(key) ?? entries.get(key);
  const remove = (key: string) => {
    characters -= sizeOf(find(key));
    marks.delete(key);
    entries.delete(key);
  };
  /** Leaves a key that exists at its place in the order of writing, and among what it is. */
  const put = (key: string, entry: Entry) => {
    characters += sizeOf(entry) - sizeOf(find(key));
    (marks.has(key) ? marks : entries).set(key, entry);
  };
  const requireRoom = () => {
    if (marks.size < maxEntries) return;
    for (const key of [...marks.keys()]) live(key);
    if (marks.size >= maxEntries) throw new Error("the store has no room for another mark");
  };
  const live = (key: string): Entry | undefined => {
    const entry = find(key);
    if (entry && entry.expiresAt <= now()) {
      remove(key);
      return undefined;
    }
    return entry;
  };
  const text = (key: string): string | null => {
    const value = live(key)?.value;
    return typeof value === "string" ? value : null;
  };
  const write = (key: string, value: Entry["value"], ttlSeconds: number, notBefore = 0) => {
    // A mark that is written over stays one; of all others the place in the order is new.
    if (!marks.has(key)) remove(key);
    put(key, { value, expiresAt: Math.max(now() + ttlSeconds * 1000, notBefore) });
    for (const oldest of entries.keys()) {
      if (entries.size <= maxEntries && characters <= maxCharacters) break;
      remove(oldest);
    }
  };
  return {
    get: async (key) => text(key),
    getMany: async (keys) => keys.map(text),
    set: async (key, value, ttlSeconds) => write(key, value, ttlSeconds),
    add: async (key, value, ttlSeconds) => {
      if (live(key)) return false;
      requireRoom();
      const entry = { value, expiresAt: now() + ttlSeconds * 1000 };
      characters += sizeOf(entry);
      marks.set(key, entry);
      return true;
    },
    take: async (key) => {
      const value = text(key);
      if (value !== null) remove(key);
      return value;
    },
    increment: async (key, ttlSeconds, by = 1) => {
      const before = live(key);
      const next = Number(text(key) ?? 0) + by;
      if (before) put(key, { value: String(next), expiresAt: before.expiresAt });
      else write(key, String(next), ttlSeconds);
      return next;
    },
    addMember: async (key, member, ttlSeconds) => {
      const before = live(key);
      const set = before?.value instanceof Set ? before.value : new Set<string>();
      write(key, set.add(member), ttlSeconds, before?.expiresAt);
    },
    members: async (key) => {
      const value = live(key)?.value;
      return value instanceof Set ? [...value] : [];
    },
    delete: async (...keys) => {
      for (const key of keys) remove(key);
    },
    ping: async () => {},
    close: async () => {
      entries.clear();
      marks.clear();
      characters = 0;
    },
  };
}

/** Sets are few and small; they count by their number alone. */
function sizeOf(entry: Entry | undefined): number {
  return typeof entry?.value === "string" ? entry.value.length : 0;
}
