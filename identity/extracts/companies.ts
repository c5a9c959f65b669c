/** Companies and their legal representatives, as the register of companies states them (Civil Code of the PRC, art. 61). */
import { z } from "zod";
import type { Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";
import type { EndingParts } from "../account/endings.ts";
import { tellOfEnd } from "../delegation/ended-rights.ts";
import { citizenOf } from "./citizens.ts";
import { day, type ExtractKind, type LineOutcome, residentId } from "./extract.ts";

/** GB 32100. Some issued codes fail their check digit, which is therefore not held against them. */
const creditCode = z.string().regex(/^[0-9A-HJ-NP-RTUWXY]{18}$/, "must be a unified social credit code");

const row = z.discriminatedUnion("action", [
  /** From that day on the company has this name and this representative. */
  z.strictObject({
    action: z.literal("begin"),
    credit_code: creditCode,
    name: z.string().trim().min(1).max(200),
    representative: residentId,
    on: day,
  }),
  /** From that day on it is dissolved. */
  z.strictObject({ action: z.literal("end"), credit_code: creditCode, on: day }),
]);

type Row = z.output<typeof row>;

interface Company {
  readonly company_id: string;
  readonly name: string;
  readonly legal_representative: RawCitizenId;
  readonly is_dissolved: boolean;
  /** Whether what is known is of a later day than the row, or the end came on the row's day or later. */
  readonly is_newer: boolean;
}

export const companyExtract: ExtractKind<Row> = {
  row,
  apply: async (parts, stated) => {
    const company = await findCompany(parts.tx, stated);
    if (stated.action === "end") return await dissolve(parts, company, stated.on);
    const representative = await citizenOf(parts.tx, stated.representative);
    if (representative === undefined) return fault("representative", "is nobody in the register");
    if (!company) return await found(parts.tx, stated, representative);
    if (company.is_newer) return null;
    if (company.is_dissolved) return fault("credit_code", "is of a company that was dissolved before that day");
    return await change(parts, company, { name: stated.name, representative, on: stated.on });
  },
};

async function findCompany(tx: Queryable, { credit_code: code, on }: Row): Promise<Company | undefined> {
  const [company] = await tx.query<Company>(
    `SELECT company_id, name, legal_representative, dissolved_on IS NOT NULL AS is_dissolved,
            coalesce(stated_on > $2::date, false) OR coalesce(dissolved_on >= $2::date, false) AS is_newer
     FROM company WHERE credit_code = $1 FOR UPDATE`,
    [code, on],
  );
  return company;
}

async function found(
  tx: Queryable,
  { credit_code: code, name, on }: Extract<Row, { action: "begin" }>,
  representative: RawCitizenId,
): Promise<LineOutcome> {
  await tx.query(
    "INSERT INTO company (credit_code, name, legal_representative, stated_on) VALUES ($1, $2, $3, $4::date)",
    [code, name, representative, on],
  );
  return { action: "add" };
}

async function change(
  parts: EndingParts,
  company: Company,
  { name, representative, on }: { readonly name: string; readonly representative: RawCitizenId; readonly on: string },
): Promise<LineOutcome> {
  await parts.tx.query(
    "UPDATE company SET name = $2, legal_representative = $3, stated_on = $4::date WHERE company_id = $1",
    [company.company_id, name, representative, on],
  );
  const isOther = company.legal_representative !== representative;
  if (isOther) await tellOfEnd(parts, officeOf(company));
  const fields = [...(company.name === name ? [] : ["name"]), ...(isOther ? ["representative"] : [])];
  return fields.length === 0 ? null : { action: "change", fields };
}

async function dissolve(parts: EndingParts, company: Company | undefined, on: string): Promise<LineOutcome> {
  if (!company) return fault("credit_code", "is of no company in the register");
  if (company.is_dissolved) return null;
  if (company.is_newer) return fault("on", "the company is stated to exist on a later day");
  await parts.tx.query("UPDATE company SET dissolved_on = $2::date WHERE company_id = $1", [company.company_id, on]);
  await tellOfEnd(parts, officeOf(company));
  return { action: "remove" };
}

/** The right of the representative that the company had. */
function officeOf({ company_id: companyId, legal_representative: actor }: Company) {
  return { right_id: companyId, kind: "company-representative", actor, principal: companyId } as const;
}

function fault(field: string, message: string): LineOutcome {
  return { action: "fault", field, message };
}
