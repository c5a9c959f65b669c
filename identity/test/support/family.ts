/** People of the register whom others act for. */
import { randomUUID } from "node:crypto";
import type { Database } from "../../../platform/postgres.ts";
import type { DelegationKind } from "../../../trust/delegation.ts";
import { residentIdOf } from "./citizens.ts";

/** A person in the register, without an account. */
export interface Registered {
  readonly citizenId: string;
  readonly residentId: string;
  readonly name: string;
}

let sequence = 100;

/** Registers somebody who is so many years and days old. */
export async function registerPerson(
  database: Database,
  name: string,
  { years, days = 1 }: { readonly years: number; readonly days?: number },
): Promise<Registered> {
  const [{ birth } = { birth: "" }] = await database.query<{ birth: string }>(
    `SELECT ((now() AT TIME ZONE 'Asia/Shanghai')::date - make_interval(years => $1, days => $2))::date AS birth`,
    [years, days],
  );
  sequence += 1;
  const person = { citizenId: randomUUID(), residentId: residentIdOf(birth, String(sequence)), name };
  await database.query(
    `INSERT INTO citizen (citizen_id, resident_id, name, birth_date, address_district, address_line, address_postal_code)
     VALUES ($1, $2, $3, $4, '新城区', '和平路 2 号', '000002')`,
    [person.citizenId, person.residentId, name, birth],
  );
  return person;
}

/** Enters a guardianship in the register. @returns its ID */
export async function enterGuardianship(
  database: Database,
  guardian: { readonly citizenId: string },
  ward: { readonly citizenId: string },
  kind: DelegationKind = "parent-of-minor",
): Promise<string> {
  const [row] = await database.query<{ guardianship_id: string }>(
    "INSERT INTO guardianship (guardian, ward, kind, valid_from) VALUES ($1, $2, $3, now() - interval '1 day') RETURNING guardianship_id",
    [guardian.citizenId, ward.citizenId, kind],
  );
  return row?.guardianship_id ?? "";
}

/** Moves the birthday of somebody so that she comes of age so many days from today, by the city's calendar. */
export async function comeOfAgeIn(database: Database, { citizenId }: Registered, days: number): Promise<void> {
  await database.query(
    `UPDATE citizen SET birth_date =
       ((now() AT TIME ZONE 'Asia/Shanghai')::date + $2::int - interval '18 years')::date WHERE citizen_id = $1`,
    [citizenId, days],
  );
}
