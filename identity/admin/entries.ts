/** What entries of the registers look like, apart from clients. */
import { z } from "zod";
import { languages } from "../../platform/i18n.ts";
import { isCategory } from "../../trust/categories.ts";
import { sectorPattern } from "../../trust/pseudonym.ts";
import { receivableKinds } from "../events/pending.ts";
import { deliveryWays, streamStatuses } from "../events/streams.ts";
import type { Fault } from "./register.ts";

const words = z.string().trim().min(1).max(500);

/** The same in each of the city's languages. */
const translated = z.strictObject(
  Object.fromEntries(languages.map((language) => [language, words])) as Record<
    (typeof languages)[number],
    typeof words
  >,
);

const sectorName = z.string().regex(sectorPattern, "must be the name of a sector");
const scopeName = z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, "must be the name of a scope");

/** A circle of trust: who answers for it. Each company has one of its own. */
export const sectorEntry = z.strictObject({
  kind: z.enum(["department", "company"]),
  organisation: words,
  /** Who is asked in doubt, and receives the mapping when the sector's key changes. */
  contact: z.email().optional(),
});

/** A right that clients can ask for. */
export const scopeEntry = z.strictObject({
  /** `graph`, or the indicator of a registered resource (RFC 8707). */
  resource: z.string().min(1).max(500),
  /** What the consent page says of it. */
  description: translated,
  /** Whose clients may ask for it; every sector's unless given. */
  sectors: z.array(sectorName).min(1).max(100).optional(),
});

/** A reason to read: what the citizen is told, and by what law. */
export const purposeEntry = z.strictObject({
  wording: translated,
  legal_basis: words,
  /** Categories of data, such as `health.record`. */
  categories: z
    .array(z.string().refine(isCategory, "must be a category of trust/categories.ts, such as health.record"))
    .min(1)
    .max(100),
  /** Whose clients may name it. */
  sectors: z.array(sectorName).min(1).max(100),
});

/** A protected resource besides the graph. */
export const resourceEntry = z.strictObject({
  sector: sectorName,
  scopes: z.array(scopeName).max(100),
  client_scopes: z.array(scopeName).max(100),
});

/** A client that collects security events. */
export const receiverEntry = z.strictObject({
  kinds: z.array(z.enum(receivableKinds)).min(1).max(receivableKinds.length),
  delivery: z.array(z.enum(deliveryWays)).min(1).max(deliveryWays.length),
  /** `paused`: events wait for it; `disabled`: none are kept. */
  status: z.enum(streamStatuses),
});

/** An account that may administer identity. */
export const administratorEntry = z.strictObject({ name: words });

/** The faults of an entry, by its members. */
export function shapeFaults(name: string, entry: unknown, shape: z.ZodType): Fault[] {
  const { error } = shape.safeParse(entry);
  return (error?.issues ?? []).map((issue) => ({
    entry: name,
    field: issue.path.join(".") || null,
    message: issue.message,
  }));
}
