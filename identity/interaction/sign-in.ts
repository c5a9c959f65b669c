/** Signing in: a name and a password or a passkey first, then whatever the account or the client asks for beyond. */
import type { FastifyReply } from "fastify";
import { z } from "zod";
import { passkeyMethods, passwordMethods } from "../credentials/levels.ts";
import { type LoginFault, type LoginName, readLoginName } from "../credentials/login-name.ts";
import { recordFailedSignIn } from "../history/failed-sign-ins.ts";
import { type SignInProblem, signInPage } from "../pages/sign-in.ts";
import { reclaimAccount } from "../recovery/reclaim-account.ts";
import { staffPasskeys } from "../staff/accounts.ts";
import { findAccount } from "../store/accounts.ts";
import type { Passkey } from "../store/passkeys.ts";
import { isShort, isStepUp, needsSecondFactor } from "./demand.ts";
import { deviceOf } from "./device-cookie.ts";
import { advance, answerRecoveryNotice, showRecoveryNotice } from "./enter.ts";
import { answerNewPassword } from "./new-password.ts";
import { answerPasskeyReview } from "./passkey-review.ts";
import { dropProgress, readProgress } from "./progress.ts";
import { answerSecondFactor } from "./second-factor.ts";
import { standingOf } from "./standing.ts";
import { allowScripts, finishTurn, formAction, originOf, type Turn } from "./turn.ts";

/** Shows the step that she has come to. */
export async function showSignIn(turn: Turn): Promise<FastifyReply> {
  const { interaction, parts } = turn;
  const { fleeting } = parts.credentials;
  const progress = await readProgress(fleeting, interaction.uid);
  if (progress?.isComplete) return await showRecoveryNotice(turn, progress.citizenId);
  if (progress) return await advance(turn, progress.citizenId, progress.amr);
  const { session } = interaction;
  if (session && (await needsMoreThanSession(turn))) {
    return await advance(turn, session.accountId, session.amr ?? passwordMethods);
  }
  return await sendPage(turn, "", null);
}

/**
 * Whether all that she must do is to prove one thing more than in her session. Where her account has been raised since,
 * what she proved then would do by itself: but it is as old as it is, and a sign-in counts as new.
 */
async function needsMoreThanSession(turn: Turn): Promise<boolean> {
  const { session } = turn.interaction;
  if (!session || !isStepUp(turn.interaction)) return false;
  const account = await findAccount(turn.parts.credentials.database, session.accountId);
  if (!account) return false;
  const standing = await standingOf(turn, account, session.amr ?? passwordMethods);
  return isShort(standing) || needsSecondFactor(standing);
}

const form = z
  .object({
    action: z
      .enum([
        "password",
        "passkey",
        "factor",
        "choose",
        "send",
        "stop-recovery",
        "go-on",
        "unmet",
        "new-password",
        "review-passkeys",
        "restart",
      ])
      .catch("password"),
    login: z.string().catch(""),
    password: z.string().catch(""),
    credential: z.string().max(12_000).catch(""),
  })
  .catch({ action: "password", login: "", password: "", credential: "" });

export async function answerSignIn(turn: Turn): Promise<FastifyReply> {
  const { fleeting } = turn.parts.credentials;
  const { uid } = turn.interaction;
  const { action, login, password, credential } = form.parse(turn.request.body);
  const progress = await readProgress(fleeting, uid);
  switch (action) {
    case "password":
      return await checkPassword(turn, login, password);
    case "passkey":
      return await checkPasskey(turn, credential);
    case "unmet":
      return await finishTurn(turn, { error: "unmet_authentication_requirements" });
    case "restart":
      await dropProgress(fleeting, uid);
      return await sendPage(turn, "", null);
    case "stop-recovery":
    case "go-on":
      if (!progress?.isComplete) return await sendPage(turn, "", { kind: "expired" });
      return await answerRecoveryNotice(turn, progress.citizenId, progress.amr, action === "stop-recovery");
    case "new-password":
      if (!progress || progress.isComplete) return await sendPage(turn, "", { kind: "expired" });
      return await answerNewPassword(turn, progress, password);
    case "review-passkeys":
      if (!progress || progress.isComplete) return await sendPage(turn, "", { kind: "expired" });
      return await answerPasskeyReview(turn, progress);
    default:
      if (!progress || progress.isComplete) return await sendPage(turn, "", { kind: "expired" });
      return await answerSecondFactor(turn, progress);
  }
}

async function checkPassword(turn: Turn, typed: string, password: string): Promise<FastifyReply> {
  const { request, reply, parts } = turn;
  const { authenticate, background, database } = parts.credentials;
  const login = readLoginName(typed);
  if (isFault(login) || password === "") return await sendPage(turn, typed, fieldProblem(login, password));
  const outcome = await authenticate(login, password, { address: request.ip, device: deviceOf(request) });
  if (outcome.kind === "proved") return await advance(turn, outcome.account.citizenId, passwordMethods);
  if (outcome.kind === "throttled") reply.header("retry-after", outcome.waitSeconds);
  const { account } = outcome.kind === "refused" ? outcome : {};
  if (account) {
    const origin = originOf(turn);
    background.run("failed sign-in", () => recordFailedSignIn(database, account.citizenId, origin));
  }
  return await sendPage(turn, typed, outcome);
}

/** A passkey says by itself whose it is. */
async function checkPasskey(turn: Turn, credential: string): Promise<FastifyReply> {
  const { database, limiters, passkeys } = turn.parts.credentials;
  const address = turn.request.ip;
  const admission = await limiters.admit(["passkey-address"], { address });
  if (!admission.allowed) return await sendPage(turn, "", { kind: "throttled", waitSeconds: admission.waitSeconds });
  const passkey = await passkeys.authenticate(database, passkeyUse(turn), credential);
  if (!passkey) {
    const isForWork = (await passkeys.authenticateFrom(staffPasskeys(database), passkeyUse(turn), credential)) !== null;
    return await sendPage(turn, "", { kind: isForWork ? "staffPasskey" : "passkey" });
  }
  await limiters.uncount(["passkey-address"], { address });
  await reclaim(turn, passkey);
  return await advance(turn, passkey.citizenId, passkeyMethods(passkey.synced));
}

/** Nothing of a recovery by the mobile alone stays beside a passkey from before it. */
async function reclaim(turn: Turn, passkey: Passkey): Promise<void> {
  const { database, fleeting, background, notify } = turn.parts.credentials;
  const { session } = turn.interaction;
  const own = session?.accountId === passkey.citizenId ? session.uid : undefined;
  const isReclaimed = await database.transaction((tx) =>
    reclaimAccount({ tx, fleeting }, passkey, originOf(turn), own),
  );
  const account = isReclaimed && (await findAccount(database, passkey.citizenId));
  if (account) background.run("credential notice", () => notify(account, { kind: "credential", change: "removed" }));
}

function passkeyUse({ interaction }: Turn): string {
  return `sign-in ${interaction.uid}`;
}

function isFault(login: LoginName | LoginFault): login is LoginFault {
  return typeof login === "string";
}

function fieldProblem(login: LoginName | LoginFault, password: string): SignInProblem {
  return { kind: "fields", login: isFault(login) ? login : null, password: password === "" ? "missing" : null };
}

async function sendPage(turn: Turn, login: string, problem: SignInProblem | null): Promise<FastifyReply> {
  const { parts, interaction, view, reply } = turn;
  const status = problem === null ? 200 : problem.kind === "throttled" ? 429 : 422;
  allowScripts(turn);
  const page = signInPage(view, formAction(turn), {
    login,
    problem,
    passkeyOptions: await parts.credentials.passkeys.requestOptions(passkeyUse(turn)),
    canRegister: parts.credentials.smsCodes !== null,
    interaction: interaction.uid,
  });
  return reply.code(status).send(page);
}
