/**
 * The record of reads by another: what the gateway tells identity before anybody but the citizen herself reads her.
 * Without the record there are no data.
 */
import { z } from "zod";
import { pseudonymPattern } from "./pseudonym.ts";

/** Where identity takes it, beneath its issuer identifier. */
export const readsPath = "/events/reads";

/** Most reads that are told at once. */
export const mostReadsAtOnce = 100;

/** More than so many of the longest reads take, in bytes of JSON. */
export const longestReads = 512 * 1024;

/** Most citizens whom one request of a caseworker may name: it is about a case, and never a search. */
export const mostCitizensRead = 10;

/** Most whom one request of a company may name: it is about one contract. */
export const mostCustomersRead = 1;

const name = z.string().regex(/^[a-z][a-z0-9-]{0,60}$/);
const person = z.string().regex(pseudonymPattern);

const anyRead = {
  /** What it is called, here and (as `transactionAt`) in the tokens with which services were asked. */
  transaction: z.string().regex(/^[\w-]{1,64}$/),
  /** The application (`client_id`). */
  client: z.string().min(1).max(200),
  /** What is asked for, without what she is refused. */
  categories: z.array(z.string().max(60)).max(50),
};

/** One request of a caseworker. */
const caseworkersRead = z.strictObject({
  ...anyRead,
  reader: z.literal("caseworker"),
  /** She, and whom she reads, in the form of the departments. */
  person,
  citizens: z.array(person).min(1).max(mostCitizensRead),
  department: name,
  role: name,
  purpose: name,
});

/** One request of somebody who acts for another, or one event for her; by which right, identity knows. */
const delegatesRead = z.strictObject({
  ...anyRead,
  reader: z.literal("delegate"),
  /** She, and for whom she acts, in the form of the departments. */
  person,
  citizens: z.tuple([person]),
});

/** One request of a company in its own name; that she has allowed it, identity knows. */
const companysRead = z.strictObject({
  ...anyRead,
  reader: z.literal("company"),
  sector: name,
  /** Whom it reads, in the form of the departments. */
  citizens: z.array(person).min(1).max(mostCustomersRead),
  purpose: name,
});

export const readSchema = z.discriminatedUnion("reader", [caseworkersRead, delegatesRead, companysRead]);

export type Read = z.infer<typeof readSchema>;
export type CaseworkersRead = z.infer<typeof caseworkersRead>;
export type DelegatesRead = z.infer<typeof delegatesRead>;
export type CompanysRead = z.infer<typeof companysRead>;

/** Several reads; each is looked at by itself, so that one that is not as it should be harms no other. */
export const readsSchema = z.strictObject({ reads: z.array(z.unknown()).min(1).max(mostReadsAtOnce) });

/** What became of one: it is durable, or it is not there because of whom it names, or because it is no read. */
const outcome = z.enum(["kept", "unknown-person", "invalid"]);

export type ReadOutcome = z.infer<typeof outcome>;

/** The answer: an outcome for each read, in their order. */
export const readOutcomesSchema = z.strictObject({ outcomes: z.array(outcome) });
