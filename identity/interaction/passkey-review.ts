/** In the middle of a sign-in she says which passkeys are hers: she has reported that somebody else was at her account. */
import type { FastifyReply } from "fastify";
import { z } from "zod";
import { findAccount } from "../store/accounts.ts";
import { lockAccount, recordCredentialChange, setPasskeysReviewed } from "../store/credential-changes.ts";
import { listPasskeys, removePasskey } from "../store/passkeys.ts";
import { needsPasskeyReview, needsSecondFactor } from "./demand.ts";
import { advance } from "./enter.ts";
import type { Progress } from "./progress.ts";
import { formKeyOf, showPasskeyReview } from "./show-passkey-review.ts";
import { standingOf } from "./standing.ts";
import { originOf, type Turn } from "./turn.ts";

const form = z.object({
  keep: z.union([z.string().transform((one) => [one]), z.array(z.string())]).catch([]),
});

/** Removes every passkey that she does not call hers. The last way to sign in stays. */
export async function answerPasskeyReview(turn: Turn, progress: Progress): Promise<FastifyReply> {
  const { database, background, notify } = turn.parts.credentials;
  const { citizenId, amr } = progress;
  const account = await findAccount(database, citizenId);
  if (!account) throw new Error("the account is gone");
  const standing = await standingOf(turn, account, amr);
  const isFirst = needsSecondFactor(standing) || (account.mustChangePassword && amr.includes("pwd"));
  if (isFirst || !needsPasskeyReview(account)) return await advance(turn, citizenId, amr);
  const { keep } = form.parse(turn.request.body ?? {});
  const removed = await database.transaction(async (tx) => {
    const { account: locked } = await lockAccount(tx, citizenId);
    const passkeys = await listPasskeys(tx, citizenId);
    const strange = passkeys.filter((passkey) => !keep.includes(formKeyOf(passkey)));
    if (locked.passwordHash === null && strange.length === passkeys.length) return null;
    for (const { credentialId } of strange) {
      const name = (await removePasskey(tx, citizenId, credentialId)) ?? "";
      const gone = { credential: "passkey", change: "revoke", history: "passkey-removed" } as const;
      await recordCredentialChange(tx, { citizenId, ...gone, origin: originOf(turn), detail: { name } });
    }
    await setPasskeysReviewed(tx, citizenId);
    return strange.length;
  });
  if (removed === null) return await showPasskeyReview(turn, citizenId, true);
  if (removed > 0) {
    background.run("credential notice", () => notify(account, { kind: "credential", change: "removed" }));
  }
  return await advance(turn, citizenId, amr);
}
