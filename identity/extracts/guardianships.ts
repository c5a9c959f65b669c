/** Guardianships, as the population register and the courts state them (Civil Code of the PRC, art. 27 to 39). */
import { z } from "zod";
import type { Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";
import type { EndingParts } from "../account/endings.ts";
import { comingOfAge } from "../delegation/acting-right.ts";
import { tellOfEnd } from "../delegation/ended-rights.ts";
import { citizenOf, startOf } from "./citizens.ts";
import { day, type ExtractKind, type LineOutcome, residentId } from "./extract.ts";

const row = z.strictObject({
  action: z.enum(["begin", "end"]),
  guardian: residentId,
  ward: residentId,
  kind: z.enum(["parent-of-minor", "appointed-guardian"]),
  /** The first day on which it holds, or no longer does. */
  on: day,
});

type Row = z.output<typeof row>;

/** Whose guardianship of whom, by the register's own IDs. */
interface Pair {
  readonly guardian: RawCitizenId;
  readonly ward: RawCitizenId;
}

export const guardianshipExtract: ExtractKind<Row> = {
  row,
  apply: async (parts, { action, guardian: guardianId, ward: wardId, kind, on }) => {
    const guardian = await citizenOf(parts.tx, guardianId);
    const ward = await citizenOf(parts.tx, wardId);
    if (guardian === undefined || ward === undefined) {
      return fault(guardian === undefined ? "guardian" : "ward", "is nobody in the register");
    }
    if (guardian === ward) return fault("guardian", "is the ward");
    const known = await periodsOf(parts.tx, { guardian, ward }, { kind, on });
    if (action === "begin") return await begin(parts.tx, { guardian, ward }, { kind, on }, known);
    return await end(parts, { guardian, ward }, { kind, on }, known);
  },
};

async function end(
  parts: EndingParts,
  { guardian, ward }: Pair,
  { kind, on }: Pick<Row, "kind" | "on">,
  known: readonly Period[],
): Promise<LineOutcome> {
  if (known.some(({ ends_then }) => ends_then)) return null;
  const running = known.find(({ runs }) => runs);
  const [latest] = known;
  // It may have ended by itself: a ward of age, a death.
  if (!running && latest && !latest.begins_later) return null;
  if (!running) return fault("on", "no such guardianship runs on that day");
  await parts.tx.query(
    `UPDATE guardianship SET valid_until = ${startOf("$2")}, end_noted_at = coalesce(end_noted_at, now())
     WHERE guardianship_id = $1`,
    [running.guardianship_id, on],
  );
  const right = { right_id: running.guardianship_id, kind, actor: guardian, principal: ward };
  if (!running.is_told) await tellOfEnd(parts, right);
  return { action: "remove" };
}

/** A guardianship that is known, held against the day of a row. */
interface Period {
  readonly guardianship_id: string;
  readonly begins_then: boolean;
  readonly begins_later: boolean;
  readonly ends_then: boolean;
  readonly runs: boolean;
  readonly is_told: boolean;
}

/** The latest in front. */
async function periodsOf(tx: Queryable, { guardian, ward }: Pair, { kind, on }: Pick<Row, "kind" | "on">) {
  return await tx.query<Period>(
    `SELECT guardianship_id, end_noted_at IS NOT NULL AS is_told,
            (valid_from AT TIME ZONE 'Asia/Shanghai')::date = $4::date AS begins_then,
            (valid_from AT TIME ZONE 'Asia/Shanghai')::date > $4::date AS begins_later,
            coalesce((valid_until AT TIME ZONE 'Asia/Shanghai')::date = $4::date, false) AS ends_then,
            (valid_from AT TIME ZONE 'Asia/Shanghai')::date <= $4::date
              AND (valid_until IS NULL OR valid_until > ${startOf("$4")}) AS runs
     FROM guardianship WHERE guardian = $1 AND ward = $2 AND kind = $3 ORDER BY valid_from DESC`,
    [guardian, ward, kind, on],
  );
}

async function begin(
  tx: Queryable,
  { guardian, ward }: Pair,
  { kind, on }: Pick<Row, "kind" | "on">,
  known: readonly Period[],
): Promise<LineOutcome> {
  if (known.some(({ begins_then }) => begins_then)) return null;
  if (known.some(({ runs }) => runs)) return fault("on", "it runs already, since an earlier day");
  if (known.some(({ begins_later }) => begins_later)) return fault("on", "it began on a later day");
  if (kind === "parent-of-minor") {
    const [minor] = await tx.query(
      `SELECT FROM citizen w WHERE citizen_id = $1 AND ${comingOfAge("w")} > ${startOf("$2")}`,
      [ward, on],
    );
    if (!minor) return fault("ward", "is of age on that day");
  }
  await tx.query(`INSERT INTO guardianship (guardian, ward, kind, valid_from) VALUES ($1, $2, $3, ${startOf("$4")})`, [
    guardian,
    ward,
    kind,
    on,
  ]);
  return { action: "add" };
}

function fault(field: string, message: string): LineOutcome {
  return { action: "fault", field, message };
}
