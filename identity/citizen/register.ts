/** The population register, as the citizen subgraph reads it: by pseudonym, in batches. */
import type { Queryable } from "../../platform/postgres.ts";
import { type DataLoader, oneByKey } from "../../subgraphs/kit/batch.ts";
import type { SubgraphContext } from "../../subgraphs/kit/context.ts";
import { isWithheld } from "../../subgraphs/kit/rights.ts";
import type { Caller } from "../../trust/caller.ts";
import type { RawCitizenId, SectorPseudonyms } from "../../trust/pseudonym.ts";
import { purposeScope } from "../../trust/purposes.ts";
import { findStanding } from "../store/consents.ts";

/** A citizen as the graph knows one. */
export interface CitizenRecord {
  /** The citizen ID in the form of the government sector. */
  readonly id: string;
  readonly name: { readonly text: string; readonly latin: string | null };
  readonly birthDate: string;
  readonly address: { readonly district: string; readonly line: string; readonly postalCode: string } | null;
  readonly preferredLanguage: string;
}

export interface CitizenLoaders {
  /** A citizen by pseudonym; null when there is none, or when it is no pseudonym of the sector. */
  readonly citizens: DataLoader<string, CitizenRecord | null>;
}

export type CitizenContext = SubgraphContext<CitizenLoaders>;

interface Row {
  readonly citizen_id: string;
  readonly name: string;
  readonly name_latin: string | null;
  readonly birth_date: string;
  readonly address_district: string | null;
  readonly address_line: string | null;
  readonly address_postal_code: string | null;
  readonly preferred_language: string;
}

/** The batch readers of one request. Where a protected person lives is told to nobody who acts for her. */
export function citizenLoaders(database: Queryable, pseudonyms: SectorPseudonyms, caller: Caller): CitizenLoaders {
  const tellsPlaces = !isWithheld(caller, "whereabouts");
  const read = async (ids: readonly string[]): Promise<CitizenRecord[]> => {
    const rawIds = await readableFor(
      database,
      caller,
      ids.flatMap((id) => pseudonyms.open(id) ?? []),
    );
    const rows = await database.query<Row>(
      `SELECT citizen_id, name, name_latin, birth_date, address_district, address_line, address_postal_code,
              preferred_language
       FROM citizen WHERE citizen_id = ANY($1::uuid[])`,
      [rawIds],
    );
    return rows.map((row) => recordOf(row, pseudonyms, tellsPlaces));
  };
  return { citizens: oneByKey(read, ({ id }) => id) };
}

/** A company reads who has allowed it that purpose: looked up here once more, whatever the gateway says. */
async function readableFor(
  database: Queryable,
  { purpose }: Caller,
  citizenIds: readonly RawCitizenId[],
): Promise<readonly RawCitizenId[]> {
  if (purpose?.reader.kind !== "company") return citizenIds;
  const { code, reader } = purpose;
  const asked = citizenIds.map((citizenId) => ({ citizenId, sector: reader.sector, scope: purposeScope(code) }));
  return [...(await findStanding(database, asked))].map(({ citizenId }) => citizenId);
}

function recordOf(row: Row, pseudonyms: SectorPseudonyms, tellsPlaces: boolean): CitizenRecord {
  const { address_district: district, address_line: line, address_postal_code: postalCode } = row;
  return {
    id: pseudonyms.seal(row.citizen_id),
    name: { text: row.name, latin: row.name_latin },
    birthDate: row.birth_date,
    address:
      tellsPlaces && district !== null && line !== null && postalCode !== null ? { district, line, postalCode } : null,
    preferredLanguage: row.preferred_language,
  };
}
