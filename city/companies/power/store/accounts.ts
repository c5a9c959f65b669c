/** Contracts and bills of the power company, and the batch readers of one request. */
import {
  oneByKey,
  type PageKey,
  type Placed,
  pageColumns,
  pagesByKey,
  type Queryable,
} from "../../../../subgraphs/kit/batch.ts";
import type { SubgraphContext } from "../../../../subgraphs/kit/context.ts";
import type { BillPayment } from "../rules/bill.ts";

export interface AccountRow {
  readonly number: string;
  /** Whose contract it is, in the form of the company's sector. */
  readonly citizenId: string;
  readonly since: string;
  /** Fen, on all unpaid bills. */
  readonly amountDue: number;
}

export interface BillRow extends BillPayment {
  readonly id: string;
  readonly month: string;
  /** Kilowatt-hours, by day and by night together. */
  readonly consumption: number;
  /** Kilowatt-hours from 23 to 7 o'clock. */
  readonly nightConsumption: number;
  /** Fen. */
  readonly amount: number;
}

export function powerLoaders(database: Queryable) {
  return {
    accounts: oneByKey(
      (ids) => readAccounts(database, ids),
      (row) => row.citizenId,
    ),
    bills: pagesByKey<PageKey<readonly []>, BillRow>((keys) => readBills(database, keys)),
  };
}

/** What the resolvers of this company are given. */
export type PowerContext = SubgraphContext<ReturnType<typeof powerLoaders>>;

/** The contract of each of these citizens who has one. */
async function readAccounts(database: Queryable, citizenIds: readonly string[]): Promise<AccountRow[]> {
  return await database.query<AccountRow>(
    `SELECT number, citizen_id AS "citizenId", since,
       (SELECT coalesce(sum(amount), 0)::bigint FROM bill WHERE account = number AND paid_on IS NULL) AS "amountDue"
     FROM account WHERE citizen_id = ANY($1)`,
    [citizenIds],
  );
}

/** The newest bills for each key, whose owner is an account number; one more than `first`. */
async function readBills(database: Queryable, keys: readonly PageKey<readonly []>[]): Promise<Placed<BillRow>[]> {
  return await database.query<Placed<BillRow>>(
    `SELECT key.place::int - 1 AS place, page.*
     FROM unnest($1::text[], $2::int[]) WITH ORDINALITY AS key (account, size, place)
     CROSS JOIN LATERAL (
       SELECT id, month, consumption::float8 AS consumption,
         night_consumption::float8 AS "nightConsumption", amount, due_on AS "dueOn", paid_on AS "paidOn"
       FROM bill WHERE account = key.account ORDER BY month DESC LIMIT key.size
     ) AS page
     ORDER BY key.place, page.month DESC`,
    pageColumns(keys, 0),
  );
}
