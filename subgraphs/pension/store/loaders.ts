/** The batch readers of one request. */
import { oneByKey, type PageKey, pagesByKey, type Queryable } from "../../kit/batch.ts";
import type { SubgraphContext } from "../../kit/context.ts";
import {
  type ContributionRow,
  type MonthCursor,
  type PaymentRow,
  readContributionPages,
  readPaymentPages,
} from "./ledger.ts";
import { readParticipants } from "./participants.ts";

export function pensionLoaders(database: Queryable) {
  return {
    participants: oneByKey(
      (ids) => readParticipants(database, ids),
      (row) => row.citizenId,
    ),
    contributions: pagesByKey<PageKey<MonthCursor>, ContributionRow>((keys) => readContributionPages(database, keys)),
    payments: pagesByKey<PageKey<MonthCursor>, PaymentRow>((keys) => readPaymentPages(database, keys)),
  };
}

/** What the resolvers of this department are given. */
export type PensionContext = SubgraphContext<ReturnType<typeof pensionLoaders>>;
