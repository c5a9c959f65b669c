import { connection, pageRequest } from "../../kit/connection.ts";
import { fen } from "../../kit/money.ts";
import type { CitizenResolvers } from "../resolvers.generated.ts";
import { billCursor, cursorOfBill } from "../store/bills.ts";

export const citizenResolvers: CitizenResolvers = {
  premises: async ({ id }, _arguments, { loaders }) => [...(await loaders.premises.load(id))],

  bills: async ({ id }, { statuses, ...page }, { loaders, today }) => {
    const request = pageRequest(page, billCursor);
    const bills = await loaders.bills.load({ owner: id, ...request, statuses: statuses ?? null, today });
    return connection(bills, request, cursorOfBill);
  },

  amountDue: async ({ id }, _arguments, { loaders }) => fen((await loaders.amountsDue.load(id))?.amount ?? 0),
};
