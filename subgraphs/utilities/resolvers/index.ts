/** The resolvers of the utilities subgraph, by type. */
import { pageSize } from "../../kit/connection.ts";
import { fen } from "../../kit/money.ts";
import { requireOneOf, requireTold } from "../../kit/rights.ts";
import type { Resolvers } from "../resolvers.generated.ts";
import { billStatus } from "../rules/bill.ts";
import { meterUnit } from "../rules/meter.ts";
import { citizenResolvers } from "./citizen.ts";

export const resolvers: Resolvers = {
  Citizen: citizenResolvers,
  Premises: {
    address: ({ district, line, postalCode }, _arguments, context) => {
      requireTold(context, "whereabouts");
      return { district, line, postalCode };
    },
    meters: async ({ id }, _arguments, { loaders }) => [...(await loaders.meters.load(id))],
  },
  Meter: {
    unit: ({ service }) => meterUnit(service),
    readings: async ({ id }, { first }, { loaders }) => {
      const size = pageSize(first);
      return (await loaders.readings.load({ owner: id, first: size, after: null })).slice(0, size);
    },
  },
  Bill: {
    __resolveReference: async ({ id }, context) => {
      const bill = await context.loaders.sharedBills.load(id);
      requireOneOf(context, bill?.residents ?? []);
      return bill;
    },
    amount: ({ amount }) => fen(amount),
    status: (bill, _arguments, { today }) => billStatus(bill, today),
  },
};
