/** Where entries stand: sealed, in the store, each with the versions of its tags. */
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import type { RequestLog } from "../admission/admit.ts";
import type { Cacheability } from "../boundary/boundary.ts";
import type { Group } from "./seal.ts";
import { newVersion, versionLife } from "./tags.ts";

/** The place of one entry. */
export interface Slot {
  readonly group: Group;
  /** The name of the entry in its group. */
  readonly member: string;
  readonly scope: Cacheability["scope"];
  /** Names of the tags in the store. */
  readonly tags: readonly string[];
}

/** An entry that was found. */
export interface Kept {
  /** JSON. */
  readonly text: string;
  readonly cacheability: Cacheability;
}

/** What the slots held at one moment. What is fetched afterwards is written under the versions of that moment. */
export interface Reading {
  /** In the order of the slots. */
  readonly kept: readonly (Kept | undefined)[];
  /** Writes an entry into the slot at `index`, in its own time; what cannot be written is not kept. */
  keep(index: number, text: string, cacheability: Cacheability): void;
}

export interface Shelf {
  /** Never rejects: a store that cannot be reached is an empty one. */
  read(slots: readonly Slot[], log: RequestLog): Promise<Reading>;
  /** Waits for what is being written. */
  settle(): Promise<void>;
}

const limits = {
  /** Longest text of an entry, in characters. */
  text: 256 * 1024,
  /** Entries that are being written; more are not kept. */
  writing: 1_000,
} as const;

/** @param now milliseconds since the epoch */
export function createShelf(store: KeyValueStore, now: () => number): Shelf {
  const writing = new Set<Promise<void>>();
  return {
    async read(slots, log) {
      const names = slots.map(({ group, member }) => group.name(member));
      const tags = [...new Set(slots.flatMap((slot) => slot.tags))];
      const values = await readAll(store, [...names.map(entryName), ...tags], log);
      if (!values) return { kept: [], keep: () => {} };
      const versions = createVersions(store, new Map(tags.map((tag, index) => [tag, values[names.length + index]])));
      return {
        kept: slots.map((slot, index) => open(slot, names[index], values[index], versions.known, now())),
        keep(index, text, cacheability) {
          const [slot, name] = [slots[index], names[index]];
          if (!slot || name === undefined || text.length > limits.text || writing.size >= limits.writing) return;
          const write = writeEntry(store, slot, name, text, { ...cacheability, at: now() }, versions.settled).catch(
            (error: unknown) => log.warn({ err: error }, "an answer could not be kept"),
          );
          writing.add(write);
          void write.finally(() => writing.delete(write));
        },
      };
    },
    async settle() {
      await Promise.all(writing);
    },
  };
}

async function readAll(store: KeyValueStore, names: readonly string[], log: RequestLog) {
  try {
    return await store.getMany(names);
  } catch (error) {
    log.warn({ err: error }, "the cache cannot be read");
    return undefined;
  }
}

type Version = string | null | undefined;

/** The versions of tags as they were read. One that was missing is made when an entry is written. */
function createVersions(store: KeyValueStore, known: ReadonlyMap<string, Version>) {
  const made = new Map<string, Promise<Version>>();
  const make = async (tag: string): Promise<Version> => {
    const version = newVersion();
    // Whoever has set one meanwhile may have meant what we have fetched.
    return (await store.add(tag, version, versionLife)) ? version : undefined;
  };
  const settled = async (tag: string): Promise<Version> => {
    const version = known.get(tag) ?? made.get(tag) ?? make(tag);
    if (typeof version !== "string") made.set(tag, version);
    return await version;
  };
  return { known, settled };
}

interface Stamp extends Cacheability {
  /** When it was written, in milliseconds since the epoch. */
  readonly at: number;
}

async function writeEntry(
  store: KeyValueStore,
  { group, tags }: Slot,
  name: string,
  text: string,
  { at, maxAgeSeconds, ageSeconds }: Stamp,
  versionOf: (tag: string) => Promise<Version>,
): Promise<void> {
  const versions = await Promise.all(tags.map(versionOf));
  if (versions.some((version) => version == null)) return;
  const head = JSON.stringify([at, maxAgeSeconds, ageSeconds, ...versions]);
  await store.set(entryName(name), group.seal(name, `${head}\n${text}`), maxAgeSeconds - ageSeconds);
}

function open(
  { group, tags, scope }: Slot,
  name: string | undefined,
  sealed: Version,
  versions: ReadonlyMap<string, Version>,
  now: number,
): Kept | undefined {
  const opened = name !== undefined && sealed ? group.open(name, sealed) : undefined;
  if (opened === undefined) return undefined;
  const end = opened.indexOf("\n");
  const [at, maxAgeSeconds, age, ...written]: unknown[] = JSON.parse(opened.slice(0, end));
  if (!tags.every((tag, index) => versions.get(tag) === written[index])) return undefined;
  const ageSeconds = Number(age) + Math.max(0, Math.floor((now - Number(at)) / 1000));
  if (ageSeconds >= Number(maxAgeSeconds)) return undefined;
  return { text: opened.slice(end + 1), cacheability: { maxAgeSeconds: Number(maxAgeSeconds), ageSeconds, scope } };
}

function entryName(name: string): string {
  return `entry:${name}`;
}
