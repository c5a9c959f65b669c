/** The resolvers of the employment subgraph, by type. */
import { fen } from "../../kit/money.ts";
import { requireTold } from "../../kit/rights.ts";
import type { Resolvers } from "../resolvers.generated.ts";
import { unemploymentBenefit } from "../rules/benefit.ts";
import { employmentResolvers } from "./employment.ts";

export const resolvers: Resolvers = {
  Citizen: { employment: ({ id }, _arguments, { loaders }) => loaders.persons.load(id) },
  Employment: employmentResolvers,
  Job: {
    employer: ({ employer }, _arguments, context) => {
      requireTold(context, "whereabouts");
      return employer;
    },
  },
  UnemploymentRegistration: { benefit: (registration) => unemploymentBenefit(registration) },
  UnemploymentBenefit: { monthlyAmount: ({ monthlyAmount }) => fen(monthlyAmount) },
};
