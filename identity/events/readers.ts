/** Whether whoever reads is what is said of her, as identity knows it at this moment. */
import type { Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";
import type { CaseworkersRead, DelegatesRead, Read } from "../../trust/reads.ts";
import { type RightBetween, rightsBetween } from "../delegation/acting-right.ts";
import type { HistoryEntry } from "../history/history.ts";
import { findStaffAccounts, type StaffAccount } from "../staff/accounts.ts";
import { knowCompanies } from "./reading-companies.ts";

/** A read by those whom it names. */
export interface OpenRead<Reads extends Read = Read> {
  readonly read: Reads;
  /** The person; missing for a company. */
  readonly readerId: RawCitizenId | undefined;
  readonly citizenIds: readonly RawCitizenId[];
}

/** As what somebody reads. */
export interface KnownReader {
  /** Columns of the record, by their names. */
  readonly record: Readonly<Record<string, string>>;
  /** What the citizen is told; null when there is nothing to tell. */
  readonly entry: Pick<HistoryEntry, "kind" | "detail"> | null;
}

/** Looks the readers up. The function that it gives knows as what each of them reads; undefined when that is not true. */
export async function knowReaders(
  database: Queryable,
  reads: readonly OpenRead[],
): Promise<(read: OpenRead) => KnownReader | undefined> {
  const readersOf = (reader: Read["reader"]) => reads.filter(({ read }) => read.reader === reader);
  const delegates = readersOf("delegate");
  const [staff, rights, asCompany] = await Promise.all([
    findStaffAccounts(database, idsOf(readersOf("caseworker"))),
    rightsBetween(database, idsOf(delegates), [...new Set(delegates.flatMap(({ citizenIds }) => citizenIds))]),
    knowCompanies(database, reads),
  ]);
  return (open) => {
    const { read, readerId = "", citizenIds } = open;
    const [citizenId] = citizenIds;
    if (read.reader === "company") return asCompany(open);
    if (read.reader === "caseworker") return asCaseworker(read, staff.get(readerId));
    const right = rights.find(({ actor, principal }) => actor === readerId && principal === citizenId);
    return right && asDelegate(read, right);
  };
}

function idsOf(reads: readonly OpenRead[]): RawCitizenId[] {
  return [...new Set(reads.flatMap(({ readerId }) => readerId ?? []))];
}

/** The citizen hears for what and from which department; who it was stays in the record, for whom she complains to. */
function asCaseworker(
  { department, role, purpose }: CaseworkersRead,
  account: StaffAccount | undefined,
): KnownReader | undefined {
  if (account?.department !== department || account.role !== role) return undefined;
  return {
    record: { department, role, purpose },
    entry: { kind: "read-by-department", detail: { department, purpose } },
  };
}

/** She hears who it was, whom she knows or chose herself. What is of no kind of personal data tells nobody of her. */
function asDelegate(
  { categories }: DelegatesRead,
  { rightId, kind: basis, actorName: name }: RightBetween,
): KnownReader {
  const detail = { name, basis, categories: categories.join(" ") };
  return {
    record: { basis, right_id: rightId },
    entry: categories.length === 0 ? null : { kind: "read-by-delegate", detail },
  };
}
