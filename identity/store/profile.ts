/** What the register and the account say of a citizen to herself. */
import type { Language } from "../../platform/i18n.ts";
import type { Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";

export interface Profile {
  readonly residentId: string;
  /** Mainland number without country code. */
  readonly mobile: string | null;
}

/** @throws Error when there is no such account */
export async function readProfile(database: Queryable, citizenId: RawCitizenId): Promise<Profile> {
  const [row] = await database.query<{ resident_id: string; mobile: string | null }>(
    "SELECT resident_id, mobile FROM citizen JOIN account USING (citizen_id) WHERE citizen_id = $1",
    [citizenId],
  );
  if (!row) throw new Error("the account is gone");
  return { residentId: row.resident_id, mobile: row.mobile };
}

/** The language in which the city writes to her. */
export async function preferLanguage(database: Queryable, citizenId: RawCitizenId, language: Language): Promise<void> {
  await database.query("UPDATE citizen SET preferred_language = $2 WHERE citizen_id = $1", [citizenId, language]);
}
