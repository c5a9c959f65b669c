/** What the end of a recovery does to an account. */
import { type EndingParts, endAllSessions } from "../account/endings.ts";
import { emitSecurityEvent } from "../events/security-events.ts";
import { type RequestOrigin, recordHistory } from "../history/history.ts";
import { setPassword } from "../store/credential-changes.ts";
import { forgetDevices } from "../store/known-devices.ts";
import { completeRecovery, type RecoveryRequest } from "../store/recovery-requests.ts";

/**
 * Gives the account its new password. Everything that was signed in ends, and no browser is known any more.
 * Passkeys, app and printed codes stay as they are: they are hers, whoever recovers.
 *
 * @returns false when the recovery was stopped or completed meanwhile; then nothing has changed
 */
export async function recoverAccount(
  parts: EndingParts,
  recovery: RecoveryRequest,
  passwordHash: string,
  origin: RequestOrigin,
): Promise<boolean> {
  const { tx } = parts;
  const { citizenId, proof } = recovery;
  if (!(await completeRecovery(tx, recovery))) return false;
  await setPassword(tx, citizenId, passwordHash);
  // A SIM card is one factor, and one that can be stolen from afar: it restores no level above 1.
  if (proof === "mobile") await tx.query("UPDATE account SET recovered_at = now() WHERE citizen_id = $1", [citizenId]);
  await forgetDevices(tx, citizenId);
  await recordHistory(tx, { citizenId, kind: "recovery-completed", origin, detail: { proof } });
  await emitSecurityEvent(tx, {
    accountId: citizenId,
    kind: "credential-change",
    credential: "password",
    change: "update",
  });
  await endAllSessions(parts, citizenId, { initiator: "user", history: null, origin });
  return true;
}
