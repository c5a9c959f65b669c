/** From one proof to the next, and from the last one into the session. */
import type { FastifyReply } from "fastify";
import { levelOf } from "../credentials/levels.ts";
import { recordHistory } from "../history/history.ts";
import { recoveryNoticePage } from "../pages/recovery.ts";
import { type Account, findAccount } from "../store/accounts.ts";
import { rememberDevice } from "../store/known-devices.ts";
import { cancelRecovery, findOpenRecovery } from "../store/recovery-requests.ts";
import { isShort, needsPasskeyReview, needsSecondFactor } from "./demand.ts";
import { keepDevice } from "./device-cookie.ts";
import { dropProgress, saveProgress } from "./progress.ts";
import { showNewPassword } from "./show-new-password.ts";
import { showPasskeyReview } from "./show-passkey-review.ts";
import { showSecondFactor } from "./show-second-factor.ts";
import { standingOf } from "./standing.ts";
import { finishTurn, formAction, originOf, type Turn } from "./turn.ts";

/** Goes on after a proof: to the next step, or in. */
export async function advance(turn: Turn, citizenId: string, amr: readonly string[]): Promise<FastifyReply> {
  const { database, fleeting } = turn.parts.credentials;
  // Read again: the proof may have lifted what held the account down.
  const account = await findAccount(database, citizenId);
  if (!account) throw new Error("the account is gone");
  const standing = await standingOf(turn, account, amr);
  const progress = { citizenId, amr: [...amr], isComplete: false, isCodeSent: false };
  if (needsSecondFactor(standing) || isShort(standing)) {
    await saveProgress(fleeting, turn.interaction.uid, progress);
    return await showSecondFactor(turn, standing);
  }
  if (account.mustChangePassword && amr.includes("pwd")) {
    await saveProgress(fleeting, turn.interaction.uid, progress);
    return showNewPassword(turn, null);
  }
  if (needsPasskeyReview(account)) {
    await saveProgress(fleeting, turn.interaction.uid, progress);
    return await showPasskeyReview(turn, citizenId);
  }
  if (await findOpenRecovery(database, citizenId)) {
    await saveProgress(fleeting, turn.interaction.uid, { ...progress, isComplete: true });
    return await showRecoveryNotice(turn, citizenId);
  }
  return await enter(turn, account, amr);
}

/** Tells her, before anything else, that somebody is recovering her account. */
export async function showRecoveryNotice(turn: Turn, citizenId: string): Promise<FastifyReply> {
  const recovery = await findOpenRecovery(turn.parts.credentials.database, citizenId);
  return turn.reply.send(recoveryNoticePage(turn.view, formAction(turn), recovery?.readyAt ?? new Date()));
}

/** She has read it: the recovery stops, unless it is her own. */
export async function answerRecoveryNotice(turn: Turn, citizenId: string, amr: readonly string[], stop: boolean) {
  const { database } = turn.parts.credentials;
  if (stop) {
    await database.transaction(async (tx) => {
      if (!(await cancelRecovery(tx, citizenId))) return;
      await recordHistory(tx, { citizenId, kind: "recovery-cancelled", origin: originOf(turn) });
    });
  }
  const account = await findAccount(database, citizenId);
  if (!account) throw new Error("the account is gone");
  return await enter(turn, account, amr);
}

/**
 * The session is the browser's, not the machine's: it ends with the browser, since the machine may stand in
 * a library.
 */
async function enter(turn: Turn, account: Account, amr: readonly string[]): Promise<FastifyReply> {
  const { parts, interaction, request, reply } = turn;
  const { database, fleeting, background, notify } = parts.credentials;
  const { citizenId } = account;
  const device = await keepDevice(database, request, reply, parts.issuer);
  const acr = levelOf(account, amr);
  const isNewDevice = await database.transaction(async (tx) => {
    const isNew = await rememberDevice(tx, citizenId, device);
    await recordHistory(tx, {
      citizenId,
      kind: isNew ? "sign-in-new-device" : "sign-in",
      clientId: String(interaction.params.client_id),
      origin: originOf(turn),
      detail: { level: acr, methods: amr.join(" ") },
    });
    return isNew;
  });
  if (isNewDevice) background.run("new device notice", () => notify(account, { kind: "newDevice" }));
  await dropProgress(fleeting, interaction.uid);
  await leaveOtherSession(turn, citizenId);
  const ts = Math.floor(Date.now() / 1000);
  return await finishTurn(turn, { login: { accountId: citizenId, remember: false, ts, amr: [...amr], acr } });
}

/** Whoever was signed in here before is signed out first. */
export async function leaveOtherSession({ parts, interaction }: Turn, accountId: string): Promise<void> {
  const before = interaction.session;
  if (!before || before.accountId === accountId) return;
  const session = await parts.provider().Session.find(before.cookie);
  await session?.destroy();
  interaction.session = undefined;
  await interaction.persist();
}
