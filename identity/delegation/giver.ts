/** What somebody can put into other hands: her own affairs, and those of companies that she represents. */
import type { Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";

export interface Company {
  readonly companyId: string;
  readonly name: string;
}

export interface Giver {
  /** Whether she can delegate her own affairs: from 60 on (Law on the Elderly of the PRC, art. 2). */
  readonly isElderly: boolean;
  /** The companies of which she is the legal representative. */
  readonly companies: readonly Company[];
}

export async function giverOf(database: Queryable, citizenId: RawCitizenId): Promise<Giver> {
  const [age] = await database.query<{ elderly: boolean }>(
    `SELECT ((birth_date + interval '60 years') AT TIME ZONE 'Asia/Shanghai') <= now() AS elderly
     FROM citizen WHERE citizen_id = $1`,
    [citizenId],
  );
  const companies = await database.query<Company>(
    `SELECT company_id AS "companyId", name FROM company
     WHERE legal_representative = $1 AND dissolved_on IS NULL ORDER BY name LIMIT 100`,
    [citizenId],
  );
  return { isElderly: age?.elderly ?? false, companies };
}
