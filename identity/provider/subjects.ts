/** Subjects: a client sees a citizen under the pseudonym of its sector (OpenID Connect Core 1.0, 8.1). */
import type { Client } from "oidc-provider";
import { type RawCitizenId, type SectorPseudonyms, sectorPseudonyms } from "../../trust/pseudonym.ts";
import { sectorOf } from "./clients.ts";

/** The `sub` of a citizen for a client. */
export type SubjectOf = (citizenId: RawCitizenId, client: Client) => string;

export function createSubjects(pseudonymKey: Uint8Array): SubjectOf {
  const sectors = new Map<string, SectorPseudonyms>();
  return (citizenId, client) => {
    const sector = sectorOf(client);
    const pseudonyms = sectors.get(sector) ?? sectorPseudonyms(pseudonymKey, sector);
    sectors.set(sector, pseudonyms);
    return pseudonyms.seal(citizenId);
  };
}
