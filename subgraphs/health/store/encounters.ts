/** Encounters, newest first. */
import { z } from "zod";
import { type PageKey, type Placed, pageColumns, type Queryable } from "../../kit/batch.ts";
import { cursorInstant } from "../../kit/connection.ts";
import type { EncounterClass } from "../resolvers.generated.ts";

export interface EncounterRow {
  readonly id: string;
  readonly class: EncounterClass;
  readonly start: Date;
  readonly end: Date | null;
  readonly serviceProvider: string;
  readonly serviceType: string;
  readonly reason: string;
  /** Fen. */
  readonly totalCost: number;
  /** Fen, of `totalCost`. */
  readonly coveredByFund: number;
}

/** Where an encounter stands among those of its citizen: its beginning and its ID. */
export const encounterCursor = z.tuple([cursorInstant, z.uuid()]);

export type EncounterCursor = z.infer<typeof encounterCursor>;

export function cursorOfEncounter({ start, id }: EncounterRow): EncounterCursor {
  return [start.toISOString(), id];
}

/** A page of encounters for each key, whose owner is a citizen; one row more than `first` tells of a next page. */
export async function readEncounterPages(
  database: Queryable,
  keys: readonly PageKey<EncounterCursor>[],
  withheldServiceTypes: readonly string[],
): Promise<Placed<EncounterRow>[]> {
  return await database.query<Placed<EncounterRow>>(
    `SELECT key.place::int - 1 AS place, page.*
     FROM unnest($1::text[], $2::int[], $3::timestamptz[], $4::uuid[])
       WITH ORDINALITY AS key (citizen_id, size, start, id, place)
     CROSS JOIN LATERAL (
       SELECT id, class, started_at AS "start", ended_at AS "end", service_provider AS "serviceProvider",
         service_type AS "serviceType", reason, total_cost AS "totalCost", covered_by_fund AS "coveredByFund"
       FROM encounter
       WHERE citizen_id = key.citizen_id AND service_type <> ALL ($5::text[])
         AND (key.id IS NULL OR (started_at, id) < (key.start, key.id))
       ORDER BY started_at DESC, id DESC
       LIMIT key.size
     ) AS page
     ORDER BY key.place, page."start" DESC, page.id DESC`,
    [...pageColumns(keys, 2), withheldServiceTypes],
  );
}
