/** Bills of a citizen's homes. */
import { z } from "zod";
import { type PageKey, type Placed, pageColumns, type Queryable } from "../../kit/batch.ts";
import type { BillStatus, UtilityService } from "../resolvers.generated.ts";
import type { BillPayment } from "../rules/bill.ts";

export interface BillRow extends BillPayment {
  readonly id: string;
  readonly service: UtilityService;
  readonly month: string;
  readonly consumption: number;
  /** Fen. */
  readonly amount: number;
}

/** Where a bill stands among those of a citizen: its month and its ID. */
export const billCursor = z.tuple([z.string().regex(/^\d{4}-\d{2}$/), z.uuid()]);

export type BillCursor = z.infer<typeof billCursor>;

export function cursorOfBill({ month, id }: BillRow): BillCursor {
  return [month, id];
}

/** A page of the bills of one citizen. */
export interface BillPageKey extends PageKey<BillCursor> {
  /** Only bills that stand so on `today`; null: all. */
  readonly statuses: readonly BillStatus[] | null;
  readonly today: string;
}

/**
 * A page of bills for each key; one row more than `first` tells of a next page. The status is `billStatus`
 * once more in SQL, because it must filter before the page is cut; a test holds both against one another.
 */
export async function readBillPages(database: Queryable, keys: readonly BillPageKey[]): Promise<Placed<BillRow>[]> {
  return await database.query<Placed<BillRow>>(
    `SELECT key.place::int - 1 AS place, page.*
     FROM unnest($1::text[], $2::int[], $3::text[], $4::uuid[], $5::text[], $6::date[])
       WITH ORDINALITY AS key (citizen_id, size, month, id, statuses, today, place)
     CROSS JOIN LATERAL (
       SELECT bill.id, service, month, consumption::float8 AS consumption, amount, due_on AS "dueOn", paid_on AS "paidOn"
       FROM resident JOIN bill USING (premises_id)
       WHERE citizen_id = key.citizen_id
         AND (key.id IS NULL OR (month, bill.id) < (key.month, key.id))
         AND (key.statuses IS NULL OR string_to_array(key.statuses, ',') @> ARRAY[
           CASE WHEN paid_on IS NOT NULL THEN 'PAID' WHEN key.today <= due_on THEN 'OPEN' ELSE 'OVERDUE' END])
       ORDER BY month DESC, bill.id DESC
       LIMIT key.size
     ) AS page
     ORDER BY key.place, page.month DESC, page.id DESC`,
    [...pageColumns(keys, 2), keys.map((key) => key.statuses?.join() ?? null), keys.map((key) => key.today)],
  );
}

/** A bill together with those who live where it charges for. */
export interface SharedBillRow extends BillRow {
  readonly residents: readonly string[];
}

/** Each of these bills that there is. */
export async function readSharedBills(database: Queryable, ids: readonly string[]): Promise<SharedBillRow[]> {
  return await database.query<SharedBillRow>(
    `SELECT bill.id, service, month, consumption::float8 AS consumption, amount, due_on AS "dueOn", paid_on AS "paidOn",
       (SELECT array_agg(citizen_id) FROM resident WHERE resident.premises_id = bill.premises_id) AS residents
     FROM bill WHERE bill.id = ANY($1::uuid[])`,
    [ids.filter((id) => z.uuid().safeParse(id).success)],
  );
}

export interface AmountDueRow {
  readonly citizenId: string;
  /** Fen. */
  readonly amount: number;
}

/** What is unpaid at the homes of each of these citizens; no row where nothing is. */
export async function readAmountsDue(database: Queryable, citizenIds: readonly string[]): Promise<AmountDueRow[]> {
  return await database.query<AmountDueRow>(
    `SELECT citizen_id AS "citizenId", sum(amount)::bigint AS amount
     FROM resident JOIN bill USING (premises_id)
     WHERE citizen_id = ANY($1) AND paid_on IS NULL GROUP BY citizen_id`,
    [citizenIds],
  );
}
