/**
 * The record of reads by another: what the gateway tells identity before a caseworker's request is carried out.
 * Without the record there are no data.
 */
import { z } from "zod";
import { pseudonymPattern } from "./pseudonym.ts";

/** Where identity takes it, beneath its issuer identifier. */
export const readsPath = "/events/reads";

/** Most citizens whom one request of a caseworker may name: it is about a case, and never a search. */
export const mostCitizensRead = 10;

const name = z.string().regex(/^[a-z][a-z0-9-]{0,60}$/);
const person = z.string().regex(pseudonymPattern);

export const readSchema = z.strictObject({
  /** The transaction, by which a service's own records can be found. */
  transaction: z.uuid(),
  /** The caseworker and those whom she reads, in the form of the departments. */
  caseworker: person,
  citizens: z.array(person).min(1).max(mostCitizensRead),
  /** Her application (`client_id`). */
  client: z.string().min(1).max(200),
  department: name,
  role: name,
  purpose: name,
  /** What she asks for, as far as the purpose covers it. */
  categories: z.array(z.string().max(100)).max(100),
});

/** One request of a caseworker. */
export type Read = z.infer<typeof readSchema>;
