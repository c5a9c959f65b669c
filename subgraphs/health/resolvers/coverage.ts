import { fen } from "../../kit/money.ts";
import type { CoverageResolvers } from "../resolvers.generated.ts";
import { coverageStatus } from "../rules/coverage.ts";

export const coverageResolvers: CoverageResolvers = {
  status: (cover, _arguments, { today }) => coverageStatus(cover, today),
  accountBalance: ({ balance }) => (balance === null ? null : fen(balance)),
};
