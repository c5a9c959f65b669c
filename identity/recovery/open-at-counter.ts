/** What an officer does at the counter for a citizen who has lost what she signs in with. */
import { createHash, randomBytes } from "node:crypto";
import { type EndingParts, endAllSessions } from "../account/endings.ts";
import { newRecoveryCode, recoveryCodeHash } from "../credentials/recovery-code.ts";
import { recordHistory } from "../history/history.ts";
import type { Account } from "../store/accounts.ts";
import {
  lockAccount,
  recordCredentialChange,
  removeMobile,
  setPasskeysReviewed,
  setPassword,
} from "../store/credential-changes.ts";
import { removeTotp, replaceRecoveryCodes } from "../store/factors.ts";
import { listPasskeys, removePasskey } from "../store/passkeys.ts";
import { proofInPerson } from "../store/proofing.ts";
import { startRecovery } from "../store/recovery-requests.ts";

/** What can be lost besides the password, which always goes: alone it would open an account that has nothing else. */
export const losableFactors = ["passkeys", "totp", "mobile", "recovery-codes"] as const;

export type LosableFactor = (typeof losableFactors)[number];

/** How long the code that is handed over can be used: she is still at the counter. */
export const counterMinutes = 15;

export interface OpenedRecovery {
  readonly recoveryId: string;
  /** With it she sets a password; handed over and kept nowhere. */
  readonly code: string;
  /** What the link carries that stops it. */
  readonly stopToken: string;
  /** The account as it was, with the mobile that hears of it; without one that need not be hers. */
  readonly account: Account;
}

/**
 * Proofs a citizen in person, takes from her account what she has lost, and opens a recovery that she completes with
 * a code. Everything that was signed in ends. The officer sets nothing that the account can be entered with.
 */
export async function openAtCounter(
  parts: EndingParts,
  { account: { citizenId }, officerId, lost }: CounterCase,
): Promise<OpenedRecovery> {
  const { tx } = parts;
  const { account } = await lockAccount(tx, citizenId);
  // Whoever opened an account that nothing proofed need not have been she: nothing of his stays, and he hears nothing.
  const isUnproofed = account.proofing === "none";
  await proofInPerson(tx, citizenId, officerId);
  for (const factor of new Set(isUnproofed ? losableFactors : lost)) await removals[factor](parts, account);
  if (account.passwordHash !== null) {
    await setPassword(tx, citizenId, null);
    const gone = { credential: "password", change: "revoke", history: "password-changed" } as const;
    await recordCredentialChange(tx, { citizenId, ...gone, detail: { removed: "yes" } });
  }
  await endAllSessions(parts, citizenId, { initiator: "admin", history: null });
  const [code, stopToken] = [newRecoveryCode(), randomBytes(24).toString("base64url")];
  const recovery = await startRecovery(tx, {
    citizenId,
    proof: "counter",
    delaySeconds: 0,
    lifeSeconds: counterMinutes * 60,
    cancelHash: createHash("sha256").update(stopToken).digest(),
    counter: { codeHash: recoveryCodeHash(code), officerId },
  });
  if (!recovery) throw new Error("another recovery began under the lock of the account");
  await recordHistory(tx, { citizenId, kind: "recovered-at-counter" });
  const heardBy = isUnproofed ? { ...account, mobile: null } : account;
  return { recoveryId: recovery.recoveryId, code, stopToken, account: heardBy };
}

export interface CounterCase {
  readonly account: Pick<Account, "citizenId">;
  /** A staff account. */
  readonly officerId: string;
  readonly lost: readonly LosableFactor[];
}

type Removal = (parts: EndingParts, account: Account) => Promise<void>;

/** Each with its history and its event, as if she had done it herself. */
const removals: Readonly<Record<LosableFactor, Removal>> = {
  passkeys: async ({ tx }, { citizenId }) => {
    for (const { credentialId } of await listPasskeys(tx, citizenId)) {
      const name = (await removePasskey(tx, citizenId, credentialId)) ?? "";
      const gone = { credential: "passkey", change: "revoke", history: "passkey-removed" } as const;
      await recordCredentialChange(tx, { citizenId, ...gone, detail: { name } });
    }
    await setPasskeysReviewed(tx, citizenId);
  },
  totp: async ({ tx }, { citizenId }) => {
    if (!(await removeTotp(tx, citizenId))) return;
    await recordCredentialChange(tx, { citizenId, credential: "totp", change: "revoke", history: "totp-removed" });
  },
  mobile: async ({ tx }, { citizenId, mobile }) => {
    if (mobile === null) return;
    await removeMobile(tx, citizenId);
    await recordCredentialChange(tx, { citizenId, credential: "mobile", change: "revoke", history: "mobile-removed" });
  },
  // Of no use without a password or the mobile, and so without a sentence of their own in her history.
  "recovery-codes": async ({ tx }, { citizenId }) => await replaceRecoveryCodes(tx, citizenId, []),
};
