/** The resolvers of the pension subgraph, by type. */
import { fen } from "../../kit/money.ts";
import type { Resolvers } from "../resolvers.generated.ts";
import { accountResolvers } from "./account.ts";

export const resolvers: Resolvers = {
  Citizen: { pension: ({ id }, _arguments, { loaders }) => loaders.participants.load(id) },
  PensionAccount: accountResolvers,
  PensionForecast: { monthlyAmount: ({ monthlyAmount }) => (monthlyAmount === null ? null : fen(monthlyAmount)) },
  PensionContribution: {
    base: ({ base }) => fen(base),
    employerPart: ({ employerPart }) => fen(employerPart),
    citizenPart: ({ citizenPart }) => fen(citizenPart),
  },
  PensionPayment: { amount: ({ amount }) => fen(amount) },
};
