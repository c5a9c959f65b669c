/** Proofing in person: an officer has seen the citizen and her identity card. */
import type { Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";
import { emitSecurityEvent } from "../events/security-events.ts";
import { recordHistory } from "../history/history.ts";
import { forgetDevices } from "./known-devices.ts";

/**
 * Records that `officerId`, a staff account, has proofed the citizen in person. It also lifts the limits that a
 * recovery left behind, and then asks for a new password. The caller ends the account's sessions (`endAllSessions`):
 * what they are worth was judged before.
 *
 * @returns false when the citizen has no account
 */
export async function proofInPerson(tx: Queryable, citizenId: RawCitizenId, officerId: string): Promise<boolean> {
  const proofed = await tx.query(
    // Whoever recovered the account by its mobile chose its password, and need not have been she.
    `UPDATE account SET proofing = 'in_person', proofed_at = now(), proofed_by = $2, recovered_at = NULL,
                        must_change_password = must_change_password OR recovered_at IS NOT NULL
     WHERE citizen_id = $1 RETURNING 1`,
    [citizenId, officerId],
  );
  if (proofed.length === 0) return false;
  await forgetDevices(tx, citizenId);
  await recordHistory(tx, { citizenId, kind: "identity-proofed", detail: { how: "in-person" } });
  await emitSecurityEvent(tx, { accountId: citizenId, kind: "assurance-level-change", level: "urn:huimin:loa:3" });
  return true;
}
