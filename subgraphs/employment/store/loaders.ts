/** The batch readers of one request. */
import { manyByKey, oneByKey, type Queryable } from "../../kit/batch.ts";
import type { SubgraphContext } from "../../kit/context.ts";
import { readJobs, readPersons, readRegistrations } from "./register.ts";

const citizenOf = (row: { readonly citizenId: string }): string => row.citizenId;

export function employmentLoaders(database: Queryable) {
  return {
    persons: oneByKey((ids) => readPersons(database, ids), citizenOf),
    jobs: manyByKey((ids) => readJobs(database, ids), citizenOf),
    registrations: oneByKey((ids) => readRegistrations(database, ids), citizenOf),
  };
}

/** What the resolvers of this department are given. */
export type EmploymentContext = SubgraphContext<ReturnType<typeof employmentLoaders>>;
