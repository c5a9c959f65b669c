/** Homes, their meters and readings. */
import { type PageKey, type Placed, pageColumns, type Queryable } from "../../kit/batch.ts";
import type { UtilityService } from "../resolvers.generated.ts";

export interface PremisesRow {
  readonly id: string;
  readonly citizenId: string;
  readonly district: string;
  readonly line: string;
  readonly postalCode: string;
}

export interface MeterRow {
  readonly id: string;
  readonly premisesId: string;
  readonly service: UtilityService;
}

export interface ReadingRow {
  readonly month: string;
  readonly value: number;
  readonly consumption: number;
}

/** The homes in which each of these citizens lives. */
export async function readPremises(database: Queryable, citizenIds: readonly string[]): Promise<PremisesRow[]> {
  return await database.query<PremisesRow>(
    `SELECT id, citizen_id AS "citizenId", district, line, postal_code AS "postalCode"
     FROM resident JOIN premises ON premises.id = premises_id
     WHERE citizen_id = ANY($1) ORDER BY citizen_id, id`,
    [citizenIds],
  );
}

/** The meters of each of these homes. */
export async function readMeters(database: Queryable, premisesIds: readonly string[]): Promise<MeterRow[]> {
  return await database.query<MeterRow>(
    `SELECT id, premises_id AS "premisesId", service FROM meter
     WHERE premises_id = ANY($1::uuid[]) ORDER BY premises_id, service, id`,
    [premisesIds],
  );
}

/** The newest readings for each key, whose owner is a meter; one more than `first`. */
export async function readReadings(
  database: Queryable,
  keys: readonly PageKey<readonly []>[],
): Promise<Placed<ReadingRow>[]> {
  return await database.query<Placed<ReadingRow>>(
    `SELECT key.place::int - 1 AS place, page.*
     FROM unnest($1::uuid[], $2::int[]) WITH ORDINALITY AS key (meter_id, size, place)
     CROSS JOIN LATERAL (
       SELECT month, value::float8 AS value, consumption::float8 AS consumption
       FROM reading WHERE meter_id = key.meter_id ORDER BY month DESC LIMIT key.size
     ) AS page
     ORDER BY key.place, page.month DESC`,
    pageColumns(keys, 0),
  );
}
