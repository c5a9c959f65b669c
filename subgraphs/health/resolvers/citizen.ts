import { connection, pageRequest } from "../../kit/connection.ts";
import type { CitizenResolvers } from "../resolvers.generated.ts";
import { cursorOfEncounter, encounterCursor } from "../store/encounters.ts";
import { cursorOfPrescription, prescriptionCursor } from "../store/prescriptions.ts";

export const citizenResolvers: CitizenResolvers = {
  coverage: ({ id }, _arguments, { loaders }) => loaders.coverage.load(id),

  lastEncounter: async ({ id }, _arguments, { loaders }) => {
    const [newest] = await loaders.encounters.load({ owner: id, first: 1, after: null });
    return newest ?? null;
  },

  encounters: async ({ id }, page, { loaders }) => {
    const request = pageRequest(page, encounterCursor);
    return connection(await loaders.encounters.load({ owner: id, ...request }), request, cursorOfEncounter);
  },

  medicationRequests: async ({ id }, page, { loaders }) => {
    const request = pageRequest(page, prescriptionCursor);
    return connection(await loaders.prescriptions.load({ owner: id, ...request }), request, cursorOfPrescription);
  },
};
