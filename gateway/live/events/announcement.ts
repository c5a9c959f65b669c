/** What a subgraph may tell the gateway, and whether it fits the supergraph. */
import { coerceInputValue } from "graphql";
import { z } from "zod";
import { eventKinds } from "../../../trust/event-token.ts";
import type { AnnouncedField } from "./announced-fields.ts";

const name = z.string().regex(/^[_A-Za-z]\w{0,100}$/);
const plainValue = z.union([z.string().max(200), z.number(), z.boolean()]);

/** Something new for a field of `Subscription`. It names an entity and says nothing of it but its key. */
export const announcement = z.strictObject({
  /** The field of `Subscription`. */
  field: name,
  /** `__typename` and the key. */
  entity: z.record(name, plainValue),
  /** Whom it concerns: nobody else hears of it. In the form of the subgraph's sector. */
  citizens: z.array(z.string().min(1).max(200)).min(1).max(100),
  /** A value for each argument of the field: who gave another value there does not hear of it. */
  arguments: z.record(name, z.json()).default({}),
});

export type Announcement = z.output<typeof announcement>;

/** Answers that are no longer true, by the tags under which the subgraph gave them. */
export const invalidation = z.strictObject({ tags: z.array(z.string().min(1).max(200)).min(1).max(100) });

/** What a subgraph may say at once, by kind. */
export const notice = z
  .strictObject({
    [eventKinds.announcement]: announcement.optional(),
    [eventKinds.invalidation]: invalidation.optional(),
  })
  .refine((events) => Object.keys(events).length > 0);

/**
 * Holds an announcement of `subgraph` against the supergraph's announced fields.
 *
 * @returns what is wrong with it, in one sentence; undefined when nothing is
 */
export function announcementFault(
  { field: fieldName, entity, arguments: given }: Announcement,
  subgraph: string,
  fields: ReadonlyMap<string, AnnouncedField>,
): string | undefined {
  const field = fields.get(fieldName);
  if (field?.owner !== subgraph) return `${fieldName} is not a field of Subscription that this subgraph announces.`;
  const { type, key } = field.entity;
  if (entity.__typename !== type) return `The entity of ${fieldName} must be a ${type}.`;
  if (!sameNames(Object.keys(entity), ["__typename", ...key]))
    return `A ${type} is named by ${key.join(" and ")} alone.`;
  if (!sameNames(Object.keys(given), [...field.filters.keys()])) {
    return `An event of ${fieldName} needs a value for each of its arguments, and for nothing else.`;
  }
  for (const [argument, valueType] of field.filters) {
    let fits = given[argument] !== null;
    coerceInputValue(given[argument], valueType, () => {
      fits = false;
    });
    if (!fits) return `The value for the argument ${argument} of ${fieldName} does not fit its type.`;
  }
  return undefined;
}

function sameNames(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((one) => others.includes(one));
}
