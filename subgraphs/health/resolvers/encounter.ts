import { fen } from "../../kit/money.ts";
import { requireTold } from "../../kit/rights.ts";
import type { EncounterResolvers } from "../resolvers.generated.ts";
import { costShares } from "../rules/cost.ts";

export const encounterResolvers: EncounterResolvers = {
  serviceProvider: ({ serviceProvider }, _arguments, context) => {
    requireTold(context, "whereabouts");
    return serviceProvider;
  },
  cost: (encounter) => {
    const { total, coveredByFund, paidByCitizen } = costShares(encounter.totalCost, encounter.coveredByFund);
    return { total: fen(total), coveredByFund: fen(coveredByFund), paidByCitizen: fen(paidByCitizen) };
  },
  medicationRequests: async ({ id }, _arguments, { loaders }) => [...(await loaders.prescriptionsOfEncounter.load(id))],
};
