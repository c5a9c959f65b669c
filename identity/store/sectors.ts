/** Sectors as they are registered, and the versions of their keys. */
import type { Queryable } from "../../platform/postgres.ts";
import type { SectorVersions } from "../../trust/pseudonym.ts";

interface Row {
  readonly sector: string;
  readonly issued: number;
  readonly also: number | null;
}

/** The key versions of every sector, by name. */
export async function readSectorVersions(database: Queryable): Promise<ReadonlyMap<string, SectorVersions>> {
  const rows = await database.query<Row>(
    "SELECT sector, issued_version AS issued, also_accepted AS also FROM sector ORDER BY sector",
  );
  return new Map(rows.map(({ sector, issued, also }) => [sector, { issued, accepted: acceptedOf(issued, also) }]));
}

function acceptedOf(issued: number, also: number | null): number[] {
  return also === null ? [issued] : [issued, also].toSorted((a, b) => a - b);
}
