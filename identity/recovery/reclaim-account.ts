/** What a passkey does to an account that was recovered by its mobile alone, and perhaps not by its citizen. */
import { type EndingParts, endAllSessions } from "../account/endings.ts";
import type { RequestOrigin } from "../history/history.ts";
import { recordCredentialChange, setPassword } from "../store/credential-changes.ts";
import { forgetDevices } from "../store/known-devices.ts";
import type { Passkey } from "../store/passkeys.ts";
import { liftRecovery } from "../store/recovery-requests.ts";

/**
 * Gives the account back to the holder of a passkey from before the recovery. She has not shown that the password
 * of the recovery is hers, and whoever chose it holds the SIM card: it ends, and so does everything that is signed in.
 * Lifting the recovery alone would lift whoever chose that password with it.
 *
 * @param except `uid` of her own session, in which she signs in
 * @returns whether there was a recovery to lift
 */
export async function reclaimAccount(
  parts: EndingParts,
  { citizenId, createdAt }: Pick<Passkey, "citizenId" | "createdAt">,
  origin: RequestOrigin,
  except?: string,
): Promise<boolean> {
  const { tx } = parts;
  if (!(await liftRecovery(tx, citizenId, createdAt))) return false;
  await setPassword(tx, citizenId, null);
  await forgetDevices(tx, citizenId);
  await recordCredentialChange(tx, {
    citizenId,
    credential: "password",
    change: "revoke",
    history: "password-changed",
    origin,
    detail: { removed: "yes" },
  });
  await endAllSessions(parts, citizenId, { initiator: "user", history: null, origin }, except);
  return true;
}
