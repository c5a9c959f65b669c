/** Whether a company that reads in its own name is what is said of it, and has been allowed to by whom it reads. */
import type { Queryable } from "../../platform/postgres.ts";
import { purposeScope } from "../../trust/purposes.ts";
import type { CompanysRead } from "../../trust/reads.ts";
import { findStanding } from "../store/consents.ts";
import type { KnownReader, OpenRead } from "./readers.ts";

/** Looks up the companies among the readers. The function that it gives is as that of `knowReaders`. */
export async function knowCompanies(
  database: Queryable,
  reads: readonly OpenRead[],
): Promise<(read: OpenRead) => KnownReader | undefined> {
  const asked = reads.flatMap((open) => (open.read.reader === "company" ? askedOf(open, open.read) : []));
  if (asked.length === 0) return () => undefined;
  const [companies, standing] = await Promise.all([
    findCompanies(database, [...new Set(asked.map(({ client }) => client))]),
    findStanding(database, asked),
  ]);
  const refused = new Set(asked.flatMap((each) => (standing.has(each) ? [] : each.open)));
  const known = new Map(
    asked.flatMap(({ open, client, sector, purpose }) => {
      const company = companies.get(client);
      if (refused.has(open) || company?.sector !== sector) return [];
      const detail = { company: company.organisation, purpose };
      return [[open, { record: { sector, purpose }, entry: { kind: "read-by-company", detail } } as const]];
    }),
  );
  return (open) => known.get(open);
}

/** What it must have been allowed by each whom it reads. */
function askedOf(open: OpenRead, { client, sector, purpose }: CompanysRead) {
  return open.citizenIds.map((citizenId) => ({
    open,
    client,
    citizenId,
    sector,
    purpose,
    scope: purposeScope(purpose),
  }));
}

interface Company {
  readonly client: string;
  readonly sector: string;
  /** What it is called, as the operator registered it. */
  readonly organisation: string;
}

/** The companies of these clients, by client; those alone that are registered still. */
async function findCompanies(database: Queryable, clients: readonly string[]): Promise<ReadonlyMap<string, Company>> {
  const rows = await database.query<Company>(
    `SELECT client_id AS client, sector, document ->> 'organisation' AS organisation
     FROM oidc_client JOIN sector ON sector = metadata ->> 'sector'
     WHERE client_id = ANY($1) AND retired_at IS NULL AND document ->> 'kind' = 'company'`,
    [clients],
  );
  return new Map(rows.map((row) => [row.client, row]));
}
