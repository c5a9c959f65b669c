/** The mobile at which each citizen is known to be reached: whoever opens an account in her name must hold it. */
import { z } from "zod";
import { readLoginName } from "../credentials/login-name.ts";
import { citizenOf } from "./citizens.ts";
import { day, type ExtractKind, residentId } from "./extract.ts";

const mobile = z.string().refine(isMobile, "must be a mainland mobile number of 11 digits");
/** `on` is the first day on which it is so, or no longer is. */
const of = { citizen: residentId, on: day };

const row = z.discriminatedUnion("action", [
  z.strictObject({ action: z.literal("begin"), mobile, ...of }),
  z.strictObject({ action: z.literal("end"), ...of }),
]);

function isMobile(text: string): boolean {
  const name = readLoginName(text);
  return typeof name !== "string" && name.kind === "mobile" && name.value === text;
}

export const contactExtract: ExtractKind<z.output<typeof row>> = {
  row,
  apply: async ({ tx }, stated) => {
    const citizenId = await citizenOf(tx, stated.citizen);
    if (citizenId === undefined) return { action: "fault", field: "citizen", message: "is nobody in the register" };
    const contact = stated.action === "begin" ? stated.mobile : null;
    const [changed] = await tx.query<{ was: string | null }>(
      `WITH before AS (SELECT citizen_id, contact_mobile AS was FROM citizen WHERE citizen_id = $1 FOR UPDATE)
       UPDATE citizen SET contact_mobile = $2, contact_stated_on = $3::date
       FROM before WHERE before.citizen_id = citizen.citizen_id
         AND (contact_stated_on IS NULL OR contact_stated_on <= $3::date)
       RETURNING was`,
      [citizenId, contact, stated.on],
    );
    if (!changed || changed.was === contact) return null;
    if (contact === null) return { action: "remove" };
    return changed.was === null ? { action: "add" } : { action: "change", fields: ["mobile"] };
  },
};
