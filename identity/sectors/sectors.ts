/** The form in which each sector knows citizens, with the key versions of now. */
import type { Queryable } from "../../platform/postgres.ts";
import {
  firstVersion,
  governmentSector,
  type SectorPseudonyms,
  type SectorVersions,
  sectorPseudonyms,
} from "../../trust/pseudonym.ts";
import { readSectorVersions } from "../store/sectors.ts";

export interface Sectors {
  /** The pseudonyms of a sector. A sector that is not registered has the first version of its key. */
  pseudonymsOf(sector: string): SectorPseudonyms;
  /** The pseudonyms of the departments, always with the versions of now. */
  readonly government: SectorPseudonyms;
  /** The versions of every registered sector. */
  versions(): ReadonlyMap<string, SectorVersions>;
  /** Takes up what was registered or changed since. */
  reload(): Promise<void>;
}

/** Reads the sectors of the database. */
export async function openSectors(database: Queryable, masterKey: Uint8Array): Promise<Sectors> {
  let versions = await readSectorVersions(database);
  let made = new Map<string, SectorPseudonyms>();
  const pseudonymsOf = (sector: string): SectorPseudonyms => {
    const pseudonyms = made.get(sector) ?? sectorPseudonyms(masterKey, sector, versions.get(sector) ?? firstVersion);
    made.set(sector, pseudonyms);
    return pseudonyms;
  };
  return {
    pseudonymsOf,
    government: {
      seal: (citizenId) => pseudonymsOf(governmentSector).seal(citizenId),
      open: (pseudonym) => pseudonymsOf(governmentSector).open(pseudonym),
    },
    versions: () => versions,
    reload: async () => {
      versions = await readSectorVersions(database);
      made = new Map();
    },
  };
}
