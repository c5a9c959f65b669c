/** Pages of long lists, by the Relay cursor connections specification. */
import { z } from "zod";
import { HuiminError } from "../../trust/errors.ts";

/** Most items of one page. */
export const largestPage = 100;

/** The arguments of a connection field, as the client gave them. */
export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
}

/** A checked wish for a page: `first` items behind the place `after`. */
export interface PageRequest<Cursor> {
  readonly first: number;
  readonly after: Cursor | null;
}

/** A place in a list: the values by which it is sorted, the last of them unique. */
export type CursorForm<Cursor> = z.ZodType<Cursor>;

/** An instant in a cursor, as `Date` writes it. PostgreSQL knows no year 0. */
export const cursorInstant = z.iso.datetime({ precision: 3 }).refine((instant) => !instant.startsWith("0000"));

/**
 * Checks the arguments of a connection field.
 *
 * @throws HuiminError `BAD_USER_INPUT` for a `first` outside 1 to 100 or a cursor that is none of this list
 */
export function pageRequest<Cursor>(
  { first, after }: PageArguments,
  form: CursorForm<Cursor>,
  otherwise = 20,
): PageRequest<Cursor> {
  const size = pageSize(first ?? otherwise);
  return { first: size, after: after == null ? null : decodeCursor(after, form) };
}

/**
 * Checks the length of a list.
 *
 * @throws HuiminError `BAD_USER_INPUT` outside 1 to 100
 */
export function pageSize(first: number): number {
  if (first >= 1 && first <= largestPage) return first;
  throw new HuiminError("BAD_USER_INPUT", { message: `first must be between 1 and ${largestPage}.` });
}

/** One item and its place. */
export interface Edge<Node> {
  readonly cursor: string;
  readonly node: Node;
}

/** A page, as the SDL's connection types show it. */
export interface Connection<Node> {
  readonly edges: Edge<Node>[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/**
 * Makes a page of the rows behind the request's place.
 *
 * @param rows up to one more than `request.first`; the one more says that there is a next page
 */
export function connection<Row, Cursor>(
  rows: readonly Row[],
  request: PageRequest<Cursor>,
  cursorOf: (row: Row) => Cursor,
): Connection<Row> {
  const edges = rows.slice(0, request.first).map((node) => ({ cursor: encodeCursor(cursorOf(node)), node }));
  return { edges, pageInfo: { hasNextPage: rows.length > request.first, endCursor: edges.at(-1)?.cursor ?? null } };
}

function encodeCursor(place: unknown): string {
  return Buffer.from(JSON.stringify(place)).toString("base64url");
}

const cursorText = z.base64url().max(200);

function decodeCursor<Cursor>(cursor: string, form: CursorForm<Cursor>): Cursor {
  try {
    return form.parse(JSON.parse(Buffer.from(cursorText.parse(cursor), "base64url").toString("utf8")));
  } catch {
    throw new HuiminError("BAD_USER_INPUT", { message: "after is not a cursor of this list." });
  }
}
