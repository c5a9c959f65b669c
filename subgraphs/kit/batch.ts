/** Batch readers: many keys, one SQL statement, within one request (DataLoader). */
import DataLoader from "dataloader";
import type { PageRequest } from "./connection.ts";

export type { Queryable } from "../../platform/postgres.ts";
export type { DataLoader };

/** Reads one row a key at most; `null` where there is none. */
export function oneByKey<Row>(
  read: (keys: readonly string[]) => Promise<readonly Row[]>,
  keyOf: (row: Row) => string,
): DataLoader<string, Row | null> {
  return new DataLoader(async (keys) => {
    const rows = new Map((await read(keys)).map((row) => [keyOf(row), row]));
    return keys.map((key) => rows.get(key) ?? null);
  });
}

/** Reads all rows of a key, in the order in which the statement gives them. */
export function manyByKey<Row>(
  read: (keys: readonly string[]) => Promise<readonly Row[]>,
  keyOf: (row: Row) => string,
): DataLoader<string, readonly Row[]> {
  return new DataLoader(async (keys) => {
    const rows = Map.groupBy(await read(keys), keyOf);
    return keys.map((key) => rows.get(key) ?? []);
  });
}

/** A page of what belongs to `owner`. */
export interface PageKey<Cursor> extends PageRequest<Cursor> {
  readonly owner: string;
}

/** A row, and the place in the list of keys of the key that it answers. */
export type Placed<Row> = Row & { readonly place: number };

/**
 * Page keys as parallel arrays for `unnest`: owners, numbers of rows to read (one more than the page), and
 * then the `places` values of the cursor, null on a first page.
 */
export function pageColumns(keys: readonly PageKey<readonly unknown[]>[], places: number): unknown[][] {
  const cursors = Array.from({ length: places }, (_, place) => keys.map((key) => key.after?.[place] ?? null));
  return [keys.map((key) => key.owner), keys.map((key) => key.first + 1), ...cursors];
}

/** Reads pages, however different they are, in one statement; one row more than asked tells of a next page. */
export function pagesByKey<Key extends PageKey<unknown>, Row>(
  read: (keys: readonly Key[]) => Promise<readonly Placed<Row>[]>,
): DataLoader<Key, readonly Row[], string> {
  return new DataLoader(
    async (keys) => {
      const rows = Map.groupBy(await read(keys), (row) => row.place);
      return keys.map((_key, place) => rows.get(place) ?? []);
    },
    { cacheKeyFn: (key) => JSON.stringify(key) },
  );
}
