/** The batch readers of one request. */
import { manyByKey, oneByKey, type PageKey, pagesByKey, type Queryable } from "../../kit/batch.ts";
import type { SubgraphContext } from "../../kit/context.ts";
import { type BillPageKey, type BillRow, readAmountsDue, readBillPages, readSharedBills } from "./bills.ts";
import { type ReadingRow, readMeters, readPremises, readReadings } from "./supply.ts";

export function utilitiesLoaders(database: Queryable) {
  return {
    premises: manyByKey(
      (ids) => readPremises(database, ids),
      (row) => row.citizenId,
    ),
    meters: manyByKey(
      (ids) => readMeters(database, ids),
      (row) => row.premisesId,
    ),
    readings: pagesByKey<PageKey<readonly []>, ReadingRow>((keys) => readReadings(database, keys)),
    bills: pagesByKey<BillPageKey, BillRow>((keys) => readBillPages(database, keys)),
    sharedBills: oneByKey(
      (ids) => readSharedBills(database, ids),
      (row) => row.id,
    ),
    amountsDue: oneByKey(
      (ids) => readAmountsDue(database, ids),
      (row) => row.citizenId,
    ),
  };
}

/** What the resolvers of this department are given. */
export type UtilitiesContext = SubgraphContext<ReturnType<typeof utilitiesLoaders>>;
