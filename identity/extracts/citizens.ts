/** What all extracts ask of the database. */
import type { Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";

export async function citizenOf(tx: Queryable, residentId: string): Promise<RawCitizenId | undefined> {
  const [found] = await tx.query<{ citizen_id: RawCitizenId }>(
    "SELECT citizen_id FROM citizen WHERE resident_id = $1",
    [residentId],
  );
  return found?.citizen_id;
}

/** SQL for the first moment of a day by the city's clock. */
export function startOf(day: string): string {
  return `(${day}::date::timestamp AT TIME ZONE 'Asia/Shanghai')`;
}

/** SQL for today by the city's calendar, as text. */
export const today = "to_char(now() AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD')";
