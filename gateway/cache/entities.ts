/** Lists of entities: each entity is an entry of its own, and only those that are missing are asked for. */
import type {
  Cacheability,
  DirectAnswer,
  EntityList,
  SubgraphAnswer,
  SubgraphError,
  SubgraphRequest,
} from "../boundary/boundary.ts";
import { together } from "../boundary/cacheability.ts";
import { type Asking, type CacheParts, cacheabilityOf, commonTags, groupFor } from "./asking.ts";
import type { EntryPolicy, ListPolicy } from "./policy.ts";
import type { Group } from "./seal.ts";
import type { Kept, Reading, Slot } from "./shelf.ts";

/** Most entities of one call that are looked up; a larger call is passed on as it is. */
const maxEntities = 1_000;

/** Most errors for the entities that are missing because a call failed as a whole. */
const maxLost = 50;

/** One entity that was asked for. */
interface Wanted {
  readonly list: EntityList;
  readonly index: number;
  readonly type: string;
  /** Missing when the entity is not to be kept. */
  readonly policy: EntryPolicy | undefined;
  /** Where it stands among the slots that were read. */
  readonly slot: number | undefined;
  readonly kept: Kept | undefined;
}

/** Answers from entries as far as there are any, asks for the rest, and keeps that. */
export async function answerEntities(
  cache: CacheParts,
  asking: Asking,
  lists: ReadonlyMap<string, ListPolicy>,
): Promise<SubgraphAnswer> {
  const { subgraph, request, errand } = asking;
  const count = request.entities.reduce((sum, { representations }) => sum + representations.length, 0);
  if (count > maxEntities) return await cache.boundary.call(subgraph, request, errand);
  const slots: Slot[] = [];
  const places = request.entities.flatMap((list) =>
    findPlaces(cache, asking, list, lists.get(list.responseName), slots),
  );
  const reading = await cache.shelf.read(slots, errand.log);
  const wanted = places.map((place): Wanted => ({ ...place, kept: reading.kept[place.slot ?? -1] }));
  const missing = wanted.filter(({ kept }) => !kept);
  if (missing.length === 0) return assemble(request, wanted, new Map(), []);
  const answer = await cache.boundary.call(subgraph, only(request, missing), errand);
  const fetched = keepAll(reading, missing, answer);
  const errors =
    answer.data || missing.length === wanted.length ? remap(answer, missing) : lost(answer, missing, lists);
  if (!answer.data && missing.length === wanted.length) return { data: null, errors };
  return assemble(request, wanted, fetched, errors);
}

function findPlaces(
  cache: CacheParts,
  asking: Asking,
  list: EntityList,
  policy: ListPolicy | undefined,
  slots: Slot[],
): Omit<Wanted, "kept">[] {
  const groups = new Map<EntryPolicy, { readonly group: Group; readonly tags: readonly string[] }>();
  /** What all entities of one type have in common. */
  const shared = (entry: EntryPolicy, type: string, selection: string) => {
    const known = groups.get(entry);
    if (known) return known;
    const made = {
      group: groupFor(cache, asking, entry.scope, selection),
      tags: [...commonTags(cache, asking, entry), cache.tags.type(asking.subgraph, type)],
    };
    groups.set(entry, made);
    return made;
  };
  return list.representations.map((member, index) => {
    const fields: Record<string, unknown> = JSON.parse(member);
    const type = String(fields.__typename);
    const entry = policy?.types.get(type);
    if (!policy || !entry) return { list, index, type, policy: undefined, slot: undefined };
    const { group, tags } = shared(entry, type, policy.selection);
    const slot = slots.push({
      group,
      member,
      scope: entry.scope,
      tags: [...tags, ...entityTags(cache, asking, type, fields)],
    });
    return { list, index, type, policy: entry, slot: slot - 1 };
  });
}

function entityTags(
  { tags, namesOf }: CacheParts,
  { subgraph }: Asking,
  type: string,
  fields: Record<string, unknown>,
) {
  return namesOf(subgraph, type, fields).map((name) => tags.entity(subgraph, type, name));
}

/** The same request for the missing entities alone. A list of which nothing is missing stays, empty. */
function only(request: SubgraphRequest, missing: readonly Wanted[]): SubgraphRequest {
  const entities = request.entities.map((list) => ({
    ...list,
    representations: missing.filter((each) => each.list === list).map(({ index }) => list.representations[index] ?? ""),
  }));
  return { ...request, entities };
}

interface Fetched {
  readonly entity: unknown;
  readonly cacheability: Cacheability | undefined;
}

/** Takes every entity of an answer, and keeps those that may be kept. */
function keepAll(reading: Reading, missing: readonly Wanted[], { data, errors, http }: DirectAnswer) {
  const fetched = new Map<Wanted, Fetched>();
  const next = new Map<EntityList, number>();
  for (const wanted of missing) {
    const position = next.get(wanted.list) ?? 0;
    next.set(wanted.list, position + 1);
    const found = data?.[wanted.list.responseName];
    const entity: unknown = Array.isArray(found) ? found[position] : undefined;
    const { policy, slot } = wanted;
    const cacheability = policy && entity && errors.length === 0 ? cacheabilityOf(policy, http) : undefined;
    fetched.set(wanted, { entity, cacheability });
    if (slot !== undefined && cacheability?.scope === policy?.scope && cacheability) {
      reading.keep(slot, JSON.stringify(entity), cacheability);
    }
  }
  return fetched;
}

/** The lists as they were asked for, each entity from where it came. */
function assemble(
  { entities }: SubgraphRequest,
  wanted: readonly Wanted[],
  fetched: ReadonlyMap<Wanted, Fetched>,
  errors: readonly SubgraphError[],
): SubgraphAnswer {
  const data: Record<string, unknown[]> = Object.fromEntries(entities.map(({ responseName }) => [responseName, []]));
  let cacheability: Cacheability | undefined;
  let keep = errors.length === 0;
  for (const each of wanted) {
    const { kept } = each;
    const part = kept ? { entity: JSON.parse(kept.text), cacheability: kept.cacheability } : fetched.get(each);
    data[each.list.responseName]?.push(part?.entity ?? null);
    if (!part?.cacheability) keep = false;
    else cacheability = cacheability ? together(cacheability, part.cacheability) : part.cacheability;
  }
  return { data, errors, ...(keep && cacheability && { cacheability }) };
}

/** Errors speak of positions among the missing; the reader knows the positions that were asked for. */
function remap({ errors }: DirectAnswer, missing: readonly Wanted[]): SubgraphError[] {
  return errors.map((error) => {
    const [name, position, ...rest] = error.path ?? [];
    const inList = missing.filter(({ list }) => list.responseName === name);
    const place = typeof position === "number" ? inList[position] : undefined;
    return place ? { ...error, path: [place.list.responseName, place.index, ...rest] } : error;
  });
}

/** A call that failed as a whole has cost the fields of the missing entities alone. */
function lost(
  { errors }: DirectAnswer,
  missing: readonly Wanted[],
  lists: ReadonlyMap<string, ListPolicy>,
): SubgraphError[] {
  const places = missing.flatMap(({ list: { responseName }, index, type }) =>
    (lists.get(responseName)?.fields(type) ?? []).map((field) => [responseName, index, field]),
  );
  return errors.flatMap((error) => places.slice(0, maxLost).map((path) => ({ ...error, path })));
}
