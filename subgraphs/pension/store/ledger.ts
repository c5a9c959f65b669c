/** Contributions and payments, newest month first. */
import { z } from "zod";
import { type PageKey, type Placed, pageColumns, type Queryable } from "../../kit/batch.ts";

export interface ContributionRow {
  readonly month: string;
  /** Amounts are in fen. */
  readonly base: number;
  readonly employerPart: number;
  readonly citizenPart: number;
}

export interface PaymentRow {
  readonly month: string;
  readonly paidOn: string;
  /** Fen. */
  readonly amount: number;
}

/** Where a row stands among those of its citizen: its month. */
export const monthCursor = z.tuple([z.string().regex(/^\d{4}-\d{2}$/)]);

export type MonthCursor = z.infer<typeof monthCursor>;

export function cursorOfMonth({ month }: { readonly month: string }): MonthCursor {
  return [month];
}

type Keys = readonly PageKey<MonthCursor>[];

/** A page of contributions for each key, whose owner is a citizen; one row more than `first` tells of a next page. */
export async function readContributionPages(database: Queryable, keys: Keys): Promise<Placed<ContributionRow>[]> {
  return await database.query<Placed<ContributionRow>>(
    `SELECT key.place::int - 1 AS place, page.*
     FROM unnest($1::text[], $2::int[], $3::text[]) WITH ORDINALITY AS key (citizen_id, size, month, place)
     CROSS JOIN LATERAL (
       SELECT month, base, employer_part AS "employerPart", citizen_part AS "citizenPart"
       FROM contribution
       WHERE citizen_id = key.citizen_id AND (key.month IS NULL OR month < key.month)
       ORDER BY month DESC
       LIMIT key.size
     ) AS page
     ORDER BY key.place, page.month DESC`,
    pageColumns(keys, 1),
  );
}

/** A page of payments for each key, whose owner is a citizen; one row more than `first` tells of a next page. */
export async function readPaymentPages(database: Queryable, keys: Keys): Promise<Placed<PaymentRow>[]> {
  return await database.query<Placed<PaymentRow>>(
    `SELECT key.place::int - 1 AS place, page.*
     FROM unnest($1::text[], $2::int[], $3::text[]) WITH ORDINALITY AS key (citizen_id, size, month, place)
     CROSS JOIN LATERAL (
       SELECT month, paid_on AS "paidOn", amount
       FROM payment
       WHERE citizen_id = key.citizen_id AND (key.month IS NULL OR month < key.month)
       ORDER BY month DESC
       LIMIT key.size
     ) AS page
     ORDER BY key.place, page.month DESC`,
    pageColumns(keys, 1),
  );
}
