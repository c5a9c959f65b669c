/** Prescriptions, newest first. */
import { z } from "zod";
import { type PageKey, type Placed, pageColumns, type Queryable } from "../../kit/batch.ts";
import { cursorInstant } from "../../kit/connection.ts";
import type { MedicationRequestStatus } from "../resolvers.generated.ts";

export interface PrescriptionRow {
  readonly id: string;
  readonly encounterId: string;
  readonly medication: string;
  readonly dosageInstruction: string;
  readonly authoredOn: Date;
  readonly status: MedicationRequestStatus;
}

/** Where a prescription stands among those of its citizen: when it was written and its ID. */
export const prescriptionCursor = z.tuple([cursorInstant, z.uuid()]);

export type PrescriptionCursor = z.infer<typeof prescriptionCursor>;

export function cursorOfPrescription({ authoredOn, id }: PrescriptionRow): PrescriptionCursor {
  return [authoredOn.toISOString(), id];
}

const columns = `id, encounter_id AS "encounterId", medication, dosage_instruction AS "dosageInstruction",
  authored_on AS "authoredOn", status`;

/** A page of prescriptions for each key, whose owner is a citizen; one row more than `first` tells of a next page. */
export async function readPrescriptionPages(
  database: Queryable,
  keys: readonly PageKey<PrescriptionCursor>[],
  withheldServiceTypes: readonly string[],
): Promise<Placed<PrescriptionRow>[]> {
  return await database.query<Placed<PrescriptionRow>>(
    `SELECT key.place::int - 1 AS place, page.*
     FROM unnest($1::text[], $2::int[], $3::timestamptz[], $4::uuid[])
       WITH ORDINALITY AS key (citizen_id, size, authored_on, id, place)
     CROSS JOIN LATERAL (
       SELECT ${columns}
       FROM medication_request
       WHERE citizen_id = key.citizen_id AND (key.id IS NULL OR (authored_on, id) < (key.authored_on, key.id))
         AND ($5::text[] = '{}' OR NOT EXISTS (
           SELECT FROM encounter
           WHERE encounter.id = medication_request.encounter_id AND service_type = ANY ($5::text[])))
       ORDER BY authored_on DESC, id DESC
       LIMIT key.size
     ) AS page
     ORDER BY key.place, page."authoredOn" DESC, page.id DESC`,
    [...pageColumns(keys, 2), withheldServiceTypes],
  );
}

/** Everything that was prescribed in each of these encounters. */
export async function readPrescriptionsOfEncounters(
  database: Queryable,
  encounterIds: readonly string[],
): Promise<PrescriptionRow[]> {
  return await database.query<PrescriptionRow>(
    `SELECT ${columns} FROM medication_request WHERE encounter_id = ANY($1::uuid[])
     ORDER BY encounter_id, authored_on DESC, id DESC`,
    [encounterIds],
  );
}
