/**
 * What entries are forgotten by. Every entry bears tags, and every tag has a version in the store; an entry
 * counts only while the versions are those that it was written under. So an invalidation is one write for
 * any number of entries, also for those that are just being fetched, and a version that the store has lost
 * takes its entries with it.
 */
import { randomUUID } from "node:crypto";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import { flightKey } from "../boundary/in-flight.ts";
import type { EntityNames } from "./entity-keys.ts";
import { longestLife } from "./hints.ts";
import type { Sealer } from "./seal.ts";

/** What a tag names: one entity, all of a type, or, without a type, everything that the subgraph holds. */
interface Stale {
  readonly type?: string;
  /** The fields of one of the type's keys. */
  readonly key?: Readonly<Record<string, unknown>>;
}

/** How long a version is kept, in seconds: longer than any entry that was written under the one before. */
export const versionLife = longestLife + 3_600;

/** A new version of a tag. */
export const newVersion: () => string = randomUUID;

/** Names of tags in the store; they tell nothing to whoever reads them there. */
export interface Tags {
  everything(subgraph: string): string;
  type(subgraph: string, type: string): string;
  /** Of answers that hold objects of the type below themselves. */
  inside(subgraph: string, type: string): string;
  /** @param name as `EntityNames` gives it */
  entity(subgraph: string, type: string, name: string): string;
  /** Of what is kept for one citizen alone. */
  subject(subgraph: string, subject: string): string;
}

export function createTags(sealer: Sealer): Tags {
  const tag = (...parts: readonly string[]) => `tag:${sealer.name(flightKey(...parts))}`;
  return {
    everything: (subgraph) => tag("everything", subgraph),
    type: (subgraph, type) => tag("type", subgraph, type),
    inside: (subgraph, type) => tag("inside", subgraph, type),
    entity: (subgraph, type, name) => tag("entity", subgraph, type, name),
    subject: (subgraph, subject) => tag("subject", subgraph, subject),
  };
}

/**
 * Forgets what `subgraph` says has changed: `Bill:{"id":"7"}` is an entity by the fields of one of its keys,
 * `Bill` all of a type, `*` everything. A tag that is none of these counts as `*`. Only what that subgraph
 * has answered is touched, whatever it names. Rejects when the store cannot be reached.
 */
export type Invalidate = (subgraph: string, tags: readonly string[]) => Promise<void>;

const tagForm = /^(?<type>[_A-Za-z]\w*)(?::(?<key>\{.*\}))?$/;

export function createInvalidation(store: KeyValueStore, tags: Tags, namesOf: EntityNames): Invalidate {
  return async (subgraph, texts) => {
    const names = new Set(texts.flatMap((text) => tagsOf(tags, namesOf, subgraph, readTag(text))));
    await Promise.all([...names].map((name) => store.set(name, newVersion(), versionLife)));
  };
}

function readTag(text: string): Stale {
  const { type, key } = tagForm.exec(text)?.groups ?? {};
  if (type === undefined || key === undefined) return type === undefined ? {} : { type };
  try {
    return { type, key: JSON.parse(key) };
  } catch {
    return { type };
  }
}

function tagsOf(tags: Tags, namesOf: EntityNames, subgraph: string, { type, key }: Stale): string[] {
  if (type === undefined) return [tags.everything(subgraph)];
  const names = key ? namesOf(subgraph, type, key) : [];
  const inside = tags.inside(subgraph, type);
  // Who names an entity by no key of its type gets the whole type forgotten: too much rather than too little.
  if (names.length === 0) return [tags.type(subgraph, type), inside];
  return [...names.map((name) => tags.entity(subgraph, type, name)), inside];
}
