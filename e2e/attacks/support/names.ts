/** By what names a running city knows its citizens. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type SectorPseudonyms, sectorPseudonyms } from "../../../trust/pseudonym.ts";
import type { City } from "../../support/city.ts";

/** The forms of a sector, under the city's own key. */
export async function formsOf({ data }: Pick<City, "data">, sector: string): Promise<SectorPseudonyms> {
  const { pseudonymKey } = JSON.parse(await readFile(join(data, "secrets.json"), "utf8"));
  return sectorPseudonyms(Buffer.from(pseudonymKey, "base64url"), sector);
}
