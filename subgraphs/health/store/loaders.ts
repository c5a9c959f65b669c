/** The batch readers of one request. */
import { manyByKey, oneByKey, type PageKey, pagesByKey, type Queryable } from "../../kit/batch.ts";
import type { SubgraphContext } from "../../kit/context.ts";
import { type Caller, isWithheld } from "../../kit/rights.ts";
import { protectedServiceTypes } from "../rules/protected-services.ts";
import { readCoverage } from "./coverage.ts";
import { type EncounterCursor, type EncounterRow, readEncounterPages } from "./encounters.ts";
import {
  type PrescriptionCursor,
  type PrescriptionRow,
  readPrescriptionPages,
  readPrescriptionsOfEncounters,
} from "./prescriptions.ts";

export function healthLoaders(database: Queryable, caller: Caller) {
  const withheld = isWithheld(caller, "protected-services") ? protectedServiceTypes : [];
  return {
    coverage: oneByKey(
      (ids) => readCoverage(database, ids),
      (row) => row.citizenId,
    ),
    encounters: pagesByKey<PageKey<EncounterCursor>, EncounterRow>((keys) =>
      readEncounterPages(database, keys, withheld),
    ),
    prescriptions: pagesByKey<PageKey<PrescriptionCursor>, PrescriptionRow>((keys) =>
      readPrescriptionPages(database, keys, withheld),
    ),
    prescriptionsOfEncounter: manyByKey(
      (ids) => readPrescriptionsOfEncounters(database, ids),
      (row) => row.encounterId,
    ),
  };
}

/** What the resolvers of this department are given. */
export type HealthContext = SubgraphContext<ReturnType<typeof healthLoaders>>;
