import { connection, pageRequest } from "../../kit/connection.ts";
import { fen } from "../../kit/money.ts";
import type { PensionAccountResolvers } from "../resolvers.generated.ts";
import { pensionForecast, pensionStatus } from "../rules/forecast.ts";
import { cursorOfMonth, monthCursor } from "../store/ledger.ts";

export const accountResolvers: PensionAccountResolvers = {
  status: (participant, _arguments, { today }) => pensionStatus(participant, today),

  accountBalance: ({ accountBalance }) => fen(accountBalance),

  contributions: async ({ citizenId }, page, { loaders }) => {
    const request = pageRequest(page, monthCursor);
    return connection(await loaders.contributions.load({ owner: citizenId, ...request }), request, cursorOfMonth);
  },

  forecast: (participant, _arguments, { today }) =>
    pensionStatus(participant, today) === "RECEIVING" ? null : pensionForecast(participant, today),

  lastPayment: async ({ citizenId }, _arguments, { loaders }) => {
    const [newest] = await loaders.payments.load({ owner: citizenId, first: 1, after: null });
    return newest ?? null;
  },

  payments: async ({ citizenId }, page, { loaders }) => {
    const request = pageRequest(page, monthCursor);
    return connection(await loaders.payments.load({ owner: citizenId, ...request }), request, cursorOfMonth);
  },
};
