/**
 * The mapping that a sector gets while its key changes: from the forms that it holds to those that it will hold.
 * The sector brings its own list, so it learns of nobody whom it does not know, and the citizen ID itself is in
 * neither column.
 */

import type { Queryable } from "../../platform/postgres.ts";
import { type SectorVersions, sectorPseudonyms } from "../../trust/pseudonym.ts";
import { AdminRefused } from "../admin/register.ts";
import { readSectorVersions } from "../store/sectors.ts";

/** One line of the mapping. */
export interface MappedPseudonym {
  readonly old: string;
  /** Null for what is no pseudonym of this sector's old version. */
  readonly new: string | null;
}

/** Maps pseudonyms one at a time. */
export type PseudonymMapping = (old: string) => MappedPseudonym;

/**
 * Opens the mapping of a sector whose key is changing, before or after the switch.
 *
 * @throws AdminRefused when the sector's key is not changing
 */
export async function openMapping(
  database: Queryable,
  masterKey: Uint8Array,
  sector: string,
): Promise<PseudonymMapping> {
  const versions = (await readSectorVersions(database)).get(sector);
  if (!versions || versions.accepted.length < 2) {
    const message = versions ? "is not changing its key: begin first" : "is not registered";
    throw new AdminRefused([{ entry: sector, field: null, message }]);
  }
  const only = (version: number): SectorVersions => ({ issued: version, accepted: [version] });
  const source = sectorPseudonyms(masterKey, sector, only(Math.min(...versions.accepted)));
  const target = sectorPseudonyms(masterKey, sector, only(Math.max(...versions.accepted)));
  return (old) => {
    const citizenId = source.open(old);
    return { old, new: citizenId === null ? null : target.seal(citizenId) };
  };
}
