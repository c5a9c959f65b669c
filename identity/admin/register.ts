/** What can be administered: registers of entries, each entry a JSON document under a name of its own. */
import type { Queryable } from "../../platform/postgres.ts";

/** An entry, without its name. */
export type Entry = Readonly<Record<string, unknown>>;

/** What is wrong with an entry, for whoever wrote it. */
export interface Fault {
  readonly entry: string;
  /** The member that is wrong; null for the entry as a whole. */
  readonly field: string | null;
  readonly message: string;
}

/** Nothing was changed, because of these faults. */
export class AdminRefused extends Error {
  override readonly name = "AdminRefused";
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(faults.map(({ entry, field, message }) => [entry, field, message].filter(Boolean).join(": ")).join("; "));
    this.faults = faults;
  }
}

/** What an entry is held against. */
export interface Candidate {
  readonly name: string;
  readonly entry: Entry;
  /** The entry as it is registered; null when it is new. */
  readonly before: Entry | null;
}

/** One register. All of it works inside the transaction of a change. */
export interface Register {
  /** In the plural, as commands and addresses name it. */
  readonly name: RegisterName;
  readonly namePattern: RegExp;
  /** All entries by name, in the order of names. */
  read(tx: Queryable): Promise<ReadonlyMap<string, Entry>>;
  check(tx: Queryable, candidate: Candidate): Promise<readonly Fault[]>;
  write(tx: Queryable, name: string, entry: Entry): Promise<void>;
  /** Why an entry must stay, or nothing. */
  checkRemoval(tx: Queryable, name: string): Promise<readonly Fault[]>;
  remove(tx: Queryable, name: string): Promise<void>;
}

export const registerNames = [
  "clients",
  "sectors",
  "scopes",
  "purposes",
  "resources",
  "receivers",
  "administrators",
] as const;

export type RegisterName = (typeof registerNames)[number];

/** How the rows of a register are kept: a name and a document. */
export interface DocumentTable {
  readonly table: string;
  readonly key: string;
  readonly document: string;
}

/** The statements of a register that is kept as documents. The names come from our own code. */
export function documentRows({ table, key, document }: DocumentTable): Pick<Register, "read" | "write" | "remove"> {
  return {
    read: async (tx) => {
      const rows = await tx.query<{ name: string; entry: Entry }>(
        `SELECT ${key}::text AS name, ${document} AS entry FROM ${table} ORDER BY 1`,
      );
      return new Map(rows.map(({ name, entry }) => [name, entry]));
    },
    write: async (tx, name, entry) => {
      await tx.query(
        `INSERT INTO ${table} (${key}, ${document}) VALUES ($1, $2)
         ON CONFLICT (${key}) DO UPDATE SET ${document} = excluded.${document}`,
        [name, JSON.stringify(entry)],
      );
    },
    remove: async (tx, name) => {
      await tx.query(`DELETE FROM ${table} WHERE ${key} = $1`, [name]);
    },
  };
}

/** One entry of a query that counts what leans on something. */
export async function faultIfAny(
  tx: Queryable,
  entry: string,
  message: string,
  sql: string,
  values: readonly unknown[],
): Promise<Fault[]> {
  const found = await tx.query(sql, values);
  return found.length > 0 ? [{ entry, field: null, message }] : [];
}
