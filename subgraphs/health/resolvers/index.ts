/** The resolvers of the health subgraph, by type. */
import type { Resolvers } from "../resolvers.generated.ts";
import { citizenResolvers } from "./citizen.ts";
import { coverageResolvers } from "./coverage.ts";
import { encounterResolvers } from "./encounter.ts";

export const resolvers: Resolvers = {
  Citizen: citizenResolvers,
  Coverage: coverageResolvers,
  Encounter: encounterResolvers,
};
