/**
 * Extracts of registers that others keep: JSON Lines, the first of which says whose extract it is and of which day.
 * What is wrong with a line is told by its number alone: its values are nobody's to read in a terminal or a log.
 */
import { readFile, stat } from "node:fs/promises";
import { z } from "zod";
import type { EndingParts } from "../account/endings.ts";
import { AdminRefused, type Fault } from "../admin/register.ts";
import { isResidentId } from "../credentials/resident-id.ts";

export const extractNames = ["guardianships", "companies", "protections", "contacts"] as const;

export type ExtractName = (typeof extractNames)[number];

/** What a line changed: nothing (null) when it was so already, or when later news is known. */
export type LineOutcome =
  | { readonly action: "add" | "remove" }
  | { readonly action: "change"; readonly fields: readonly string[] }
  | { readonly action: "fault"; readonly field: string; readonly message: string }
  | null;

/** The kind of an extract: what its lines look like, and what they do. */
export interface ExtractKind<Row> {
  readonly row: z.ZodType<Row>;
  apply(parts: EndingParts, row: Row): Promise<LineOutcome>;
}

/** A day of the city's calendar, `YYYY-MM-DD`. */
export const day = z.iso.date("must be a day as YYYY-MM-DD");

export const residentId = z.string().refine(isResidentId, "must be a resident ID number");

const largestFile = 16 * 1024 * 1024;
const mostLines = 50_000;

export interface Extract {
  /** The day that it tells of. */
  readonly asOf: string;
  /** Lines after the first, each with its number in the file. */
  readonly lines: readonly { readonly number: number; readonly text: string }[];
}

/** @throws AdminRefused when the file cannot be read, or is no extract of this register */
export async function readExtract(register: ExtractName, path: string): Promise<Extract> {
  const refuse = (entry: string, message: string) => new AdminRefused([{ entry, field: null, message }]);
  const { size } = await stat(path).catch(() => {
    throw refuse(path, "there is no such file");
  });
  if (size > largestFile) throw refuse(path, `is larger than ${largestFile} bytes: divide it`);
  const bytes = await readFile(path).catch(() => {
    throw refuse(path, "cannot be read");
  });
  const [head = "", ...rest] = linesOf(bytes) ?? [];
  if (rest.length > mostLines) throw refuse(path, `holds more than ${mostLines} lines: divide it`);
  const header = z.strictObject({ register: z.literal(register), as_of: day }).safeParse(parsed(head)).data;
  if (!header) throw refuse("line 1", `must be {"register": "${register}", "as_of": "YYYY-MM-DD"}, in UTF-8`);
  const lines = rest.map((text, i) => ({ number: i + 2, text })).filter(({ text }) => text.trim() !== "");
  return { asOf: header.as_of, lines };
}

function linesOf(bytes: Buffer): string[] | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).split(/\r?\n/);
  } catch {
    return undefined;
  }
}

/** What a line says; undefined when it is no JSON. The parser's own words would repeat what stands there. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A line as a row of its kind, or what is wrong with it. No row may be of a later day than its extract. */
export function readRow<Row extends { readonly on: string }>(
  { row: shape }: ExtractKind<Row>,
  { number, text }: Extract["lines"][number],
  asOf: string,
): { readonly row: Row } | { readonly faults: readonly Fault[] } {
  const entry = `line ${number}`;
  const value = parsed(text);
  if (value === undefined) return { faults: [{ entry, field: null, message: "is no JSON" }] };
  const read = shape.safeParse(value);
  if (read.success) {
    if (read.data.on <= asOf) return { row: read.data };
    return { faults: [{ entry, field: "on", message: "is later than the extract" }] };
  }
  return {
    faults: read.error.issues.map(({ code, path, message }) => ({
      entry,
      field: path.join(".") || null,
      // The names of unknown members are what somebody wrote, too.
      message: code === "unrecognized_keys" ? "has members that are not known" : message,
    })),
  };
}
