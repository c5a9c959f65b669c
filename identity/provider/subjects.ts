/** Subjects: a client sees a citizen under the pseudonym of its sector (OpenID Connect Core 1.0, 8.1). */
import { LRUCache } from "lru-cache";
import type { Client } from "oidc-provider";
import type { RawCitizenId, SectorPseudonyms } from "../../trust/pseudonym.ts";
import type { Sectors } from "../sectors/sectors.ts";
import { sectorOf } from "./clients.ts";

/** The `sub` of a citizen for a client. */
export type SubjectOf = (citizenId: RawCitizenId, client: Client) => string;

/** One request asks several times, and sealing takes longer than looking up. */
const mostRemembered = 1_000;

export function createSubjects(sectors: Pick<Sectors, "pseudonymsOf">): SubjectOf {
  // By the pseudonyms, which are others when the sector's key has changed.
  const remembered = new WeakMap<SectorPseudonyms, LRUCache<RawCitizenId, string>>();
  return (citizenId, client) => {
    const pseudonyms = sectors.pseudonymsOf(sectorOf(client));
    const known = remembered.get(pseudonyms) ?? new LRUCache<RawCitizenId, string>({ max: mostRemembered });
    remembered.set(pseudonyms, known);
    const subject = known.get(citizenId) ?? pseudonyms.seal(citizenId);
    known.set(citizenId, subject);
    return subject;
  };
}
