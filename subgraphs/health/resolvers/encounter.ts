import { fen } from "../../kit/money.ts";
import type { EncounterResolvers } from "../resolvers.generated.ts";
import { costShares } from "../rules/cost.ts";

export const encounterResolvers: EncounterResolvers = {
  cost: (encounter) => {
    const { total, coveredByFund, paidByCitizen } = costShares(encounter.totalCost, encounter.coveredByFund);
    return { total: fen(total), coveredByFund: fen(coveredByFund), paidByCitizen: fen(paidByCitizen) };
  },
  medicationRequests: async ({ id }, _arguments, { loaders }) => [...(await loaders.prescriptionsOfEncounter.load(id))],
};
