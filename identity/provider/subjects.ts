/** Subjects: a client sees a citizen under the pseudonym of its sector (OpenID Connect Core 1.0, 8.1). */
import type { Client } from "oidc-provider";
import type { RawCitizenId } from "../../trust/pseudonym.ts";
import type { Sectors } from "../sectors/sectors.ts";
import { sectorOf } from "./clients.ts";

/** The `sub` of a citizen for a client. */
export type SubjectOf = (citizenId: RawCitizenId, client: Client) => string;

export function createSubjects(sectors: Pick<Sectors, "pseudonymsOf">): SubjectOf {
  return (citizenId, client) => sectors.pseudonymsOf(sectorOf(client)).seal(citizenId);
}
