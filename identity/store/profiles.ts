/** What identity can tell a client of a citizen, from the register and her account. */
import type { Language } from "../../platform/i18n.ts";
import type { Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";

export interface Profile {
  readonly name: string;
  /** ISO 8601 date. */
  readonly birthDate: string;
  /** BCP 47 tag. */
  readonly preferredLanguage: string;
  readonly address: { readonly district: string; readonly line: string; readonly postalCode: string } | null;
  /** Mainland number without country code; null too when she has no account, as a child has none. */
  readonly mobile: string | null;
}

interface Row {
  readonly name: string;
  readonly birth_date: string;
  readonly preferred_language: string;
  readonly address_district: string | null;
  readonly address_line: string | null;
  readonly address_postal_code: string | null;
  readonly mobile: string | null;
}

export async function readProfile(database: Queryable, citizenId: RawCitizenId): Promise<Profile | undefined> {
  const [row] = await database.query<Row>(
    `SELECT name, birth_date, preferred_language, address_district, address_line, address_postal_code, mobile
     FROM citizen LEFT JOIN account USING (citizen_id) WHERE citizen_id = $1`,
    [citizenId],
  );
  if (!row) return undefined;
  const { address_district: district, address_line: line, address_postal_code: postalCode } = row;
  return {
    name: row.name,
    birthDate: row.birth_date,
    preferredLanguage: row.preferred_language,
    address: district !== null && line !== null && postalCode !== null ? { district, line, postalCode } : null,
    mobile: row.mobile,
  };
}

/** The language in which the city writes to her. */
export async function preferLanguage(database: Queryable, citizenId: RawCitizenId, language: Language): Promise<void> {
  await database.query("UPDATE citizen SET preferred_language = $2 WHERE citizen_id = $1", [citizenId, language]);
}
