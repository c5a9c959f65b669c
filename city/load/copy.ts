/** Rows by COPY, PostgreSQL's fastest way in. */
import { once } from "node:events";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";

/** What a column can hold; null is SQL NULL. */
export type Cell = string | number | boolean | null;

/** A row, in the order of its table's columns. */
export type Row = readonly Cell[];

/** Writes rows in the text format of COPY. */
export function encodeRows(rows: readonly Row[]): string {
  return rows.map((row) => `${row.map(encodeCell).join("\t")}\n`).join("");
}

function encodeCell(cell: Cell): string {
  if (cell === null) return "\\N";
  if (typeof cell !== "string") return String(cell);
  return cell.replace(/[\\\t\n\r]/g, (character) => escapes[character] ?? character);
}

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** Appends encoded rows to a table inside the connection's transaction. Table and columns are our own words. */
export async function copyInto(client: pg.Client, table: string, columns: string, encoded: string): Promise<void> {
  if (encoded === "") return;
  const stream = client.query(copyFrom(`COPY ${table} (${columns}) FROM STDIN`));
  stream.end(encoded);
  await once(stream, "finish");
}
