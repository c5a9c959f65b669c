/** What is made of an answer to the second step of a sign-in: a passkey, an app's code, a code by SMS or a printed code. */
import type { FastifyReply } from "fastify";
import { z } from "zod";
import { passkeyMethods, withSecondFactor } from "../credentials/levels.ts";
import type { LimiterName } from "../credentials/limiters.ts";
import { recoveryCodeHash } from "../credentials/recovery-code.ts";
import { recordHistory } from "../history/history.ts";
import type { SecondFactorProblem } from "../pages/second-factor.ts";
import { findAccount } from "../store/accounts.ts";
import { useRecoveryCode } from "../store/factors.ts";
import { liftRecovery } from "../store/recovery-requests.ts";
import { offeredFactors, type SecondFactor, type Standing, secondFactors } from "./demand.ts";
import { advance } from "./enter.ts";
import { type Progress, saveProgress } from "./progress.ts";
import { passkeyUse, showFactor, showSecondFactor } from "./show-second-factor.ts";
import { standingOf } from "./standing.ts";
import { originOf, type Turn } from "./turn.ts";

const choice = z.object({ action: z.enum(["choose", "send"]), factor: z.enum(secondFactors) });
const answer = z.object({
  factor: z.enum(secondFactors),
  code: z.string().max(100).catch(""),
  credential: z.string().max(12_000).catch(""),
});

/** Takes what she chose or typed on the page of the second step. */
export async function answerSecondFactor(turn: Turn, progress: Progress): Promise<FastifyReply> {
  const account = await findAccount(turn.parts.credentials.database, progress.citizenId);
  if (!account) throw new Error("the account is gone");
  const standing = await standingOf(turn, account, progress.amr);
  const chosen = choice.safeParse(turn.request.body);
  const given = answer.safeParse(turn.request.body);
  const factor = chosen.data?.factor ?? given.data?.factor;
  if (factor === undefined || !offeredFactors(standing).includes(factor)) return await showSecondFactor(turn, standing);
  if (chosen.data?.action === "send") return await sendCode(turn, standing, progress);
  if (chosen.success || !given.success) return await showFactor(turn, standing, factor, null);
  const outcome = await verify(turn, standing, given.data);
  if (Array.isArray(outcome)) return await advance(turn, account.citizenId, outcome);
  return await showFactor(turn, standing, factor, outcome, progress.isCodeSent);
}

async function sendCode(turn: Turn, standing: Standing, progress: Progress): Promise<FastifyReply> {
  const { smsCodes, fleeting } = turn.parts.credentials;
  const { citizenId, mobile } = standing.account;
  if (!smsCodes || mobile === null) return await showSecondFactor(turn, standing);
  const sending = await smsCodes.send({
    use: smsUse(turn, citizenId),
    account: citizenId,
    mobile,
    address: turn.request.ip,
    language: turn.view.language,
  });
  if (!sending.sent)
    return await showFactor(turn, standing, "sms", { kind: "throttled", waitSeconds: sending.waitSeconds });
  await saveProgress(fleeting, turn.interaction.uid, { ...progress, isCodeSent: true });
  return await showFactor(turn, standing, "sms", null, true);
}

/** A code counts for the sign-in that asked for it, and no other. */
function smsUse({ interaction }: Turn, citizenId: string): string {
  return `sign-in ${interaction.uid} ${citizenId}`;
}

const limiterOf: Readonly<Record<Exclude<SecondFactor, "passkey">, LimiterName>> = {
  totp: "totp-verify",
  sms: "sms-verify",
  "recovery-code": "recovery-code-verify",
};

/** @returns the methods proved with this one, or what is wrong with it */
async function verify(
  turn: Turn,
  { account, amr }: Standing,
  { factor, code, credential }: z.output<typeof answer>,
): Promise<string[] | SecondFactorProblem> {
  const { database, passkeys, limiters } = turn.parts.credentials;
  const { citizenId } = account;
  if (factor === "passkey") {
    const passkey = await passkeys.authenticate(database, passkeyUse(turn, citizenId), credential);
    if (passkey?.citizenId !== citizenId) return { kind: "wrong" };
    await liftRecovery(database, citizenId, passkey.createdAt);
    return passkeyMethods(passkey.synced, amr);
  }
  if (code.trim() === "") return { kind: "missing" };
  const admission = await limiters.admit([limiterOf[factor]], { account: citizenId });
  if (!admission.allowed) return { kind: "throttled", waitSeconds: admission.waitSeconds };
  if (!(await isRight(turn, citizenId, factor, code))) return { kind: "wrong" };
  await limiters.forgive([limiterOf[factor]], { account: citizenId });
  return withSecondFactor(amr, factor);
}

async function isRight(turn: Turn, citizenId: string, factor: keyof typeof limiterOf, code: string): Promise<boolean> {
  const { database, totp, smsCodes } = turn.parts.credentials;
  switch (factor) {
    case "totp": {
      const since = await totp.verify(database, citizenId, code);
      if (since) await liftRecovery(database, citizenId, since);
      return since !== null;
    }
    case "sms":
      return (await smsCodes?.verify(smsUse(turn, citizenId), code)) ?? false;
    case "recovery-code":
      return await database.transaction(async (tx) => {
        const since = await useRecoveryCode(tx, citizenId, recoveryCodeHash(code));
        if (!since) return false;
        await recordHistory(tx, { citizenId, kind: "recovery-code-used", origin: originOf(turn) });
        await liftRecovery(tx, citizenId, since);
        return true;
      });
  }
}
