/** The resolvers of the power company's subgraph. */
import { pageSize } from "../../../subgraphs/kit/connection.ts";
import { fen } from "../../../subgraphs/kit/money.ts";
import type { Resolvers } from "./resolvers.generated.ts";
import { billStatus } from "./rules/bill.ts";

export const resolvers: Resolvers = {
  Citizen: {
    powerAccount: ({ id }, _arguments, { loaders }) => loaders.accounts.load(id),
  },
  PowerAccount: {
    amountDue: ({ amountDue }) => fen(amountDue),
    bills: async ({ number }, { first }, { loaders }) => {
      const size = pageSize(first);
      return (await loaders.bills.load({ owner: number, first: size, after: null })).slice(0, size);
    },
  },
  PowerBill: {
    amount: ({ amount }) => fen(amount),
    status: (bill, _arguments, { today }) => billStatus(bill, today),
  },
};
