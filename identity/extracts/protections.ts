/**
 * Whose whereabouts nobody who acts for her may learn (Anti-Domestic Violence Law of the PRC, art. 23 and 29). Only
 * that it is so is stated, never why.
 */
import { z } from "zod";
import { citizenOf } from "./citizens.ts";
import { day, type ExtractKind, residentId } from "./extract.ts";

const row = z.strictObject({
  action: z.enum(["begin", "end"]),
  citizen: residentId,
  /** The first day on which she is protected, or no longer is. */
  on: day,
});

export const protectionExtract: ExtractKind<z.output<typeof row>> = {
  row,
  apply: async ({ tx }, { action, citizen, on }) => {
    const citizenId = await citizenOf(tx, citizen);
    if (citizenId === undefined) return { action: "fault", field: "citizen", message: "is nobody in the register" };
    const [changed] = await tx.query<{ was: boolean }>(
      `WITH before AS (SELECT citizen_id, whereabouts_protected AS was FROM citizen WHERE citizen_id = $1 FOR UPDATE)
       UPDATE citizen SET whereabouts_protected = $2, protection_stated_on = $3::date
       FROM before WHERE before.citizen_id = citizen.citizen_id
         AND (protection_stated_on IS NULL OR protection_stated_on <= $3::date)
       RETURNING was`,
      [citizenId, action === "begin", on],
    );
    if (!changed || changed.was === (action === "begin")) return null;
    return { action: action === "begin" ? "add" : "remove" };
  },
};
