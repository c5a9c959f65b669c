/** The record of reads by another, with what the citizens read of it in their histories. */
import type { Queryable } from "../../platform/postgres.ts";
import type { KnownReader, OpenRead } from "./readers.ts";

/** A read by somebody who is what is said of her, of citizens who are there. */
export interface KnownRead extends OpenRead {
  readonly reader: KnownReader;
}

/**
 * Writes reads and entries, all or none, in one statement. What a delegate reads is one entry an hour, for which two
 * gateways may wait for each other: in the same order, so that neither waits for ever.
 */
const statement = `
  WITH told AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb)
      AS read(reader text, transaction_id text, citizen_id uuid, reader_id uuid, client_id text, categories text[],
              department text, role text, purpose text, basis text, right_id uuid, sector text,
              kind text, detail jsonb)
  ), kept AS (
    INSERT INTO read_by_another (reader, transaction_id, citizen_id, reader_id, client_id, categories,
                                 department, role, purpose, basis, right_id, sector)
    SELECT reader, transaction_id, citizen_id, reader_id, client_id, categories,
           department, role, purpose, basis, right_id, sector FROM told
  )
  INSERT INTO account_history (citizen_id, kind, client_id, detail)
  SELECT citizen_id, kind, client_id, detail FROM told WHERE kind IS NOT NULL
  ORDER BY citizen_id, client_id, detail
  ON CONFLICT DO NOTHING`;

export async function keepReads(database: Queryable, reads: readonly KnownRead[]): Promise<void> {
  const rows = reads.flatMap(({ read, readerId, citizenIds, reader: { record, entry } }) => {
    const { reader, transaction, client, categories } = read;
    const row = { reader, transaction_id: transaction, reader_id: readerId, client_id: client, categories };
    return citizenIds.map((citizenId) => ({ ...row, citizen_id: citizenId, ...record, ...entry }));
  });
  await database.query(statement, [JSON.stringify(rows)]);
}
