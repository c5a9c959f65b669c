/** The last step of a recovery: the new password. */
import type { FastifyReply } from "fastify";
import { z } from "zod";
import { hashPassword } from "../credentials/password.ts";
import { type PasswordFault, passwordFault } from "../credentials/password-policy.ts";
import { signInAddress } from "../journey/journey.ts";
import { recoveredPage, recoveryPasswordPage } from "../pages/recovery.ts";
import { readPersonalWords } from "../store/credential-changes.ts";
import { recoverAccount } from "./recover-account.ts";
import { type Parts, type ProvedStep, readyRecovery } from "./steps.ts";

export async function showPassword(parts: Parts, step: ProvedStep, fault: PasswordFault | null): Promise<FastifyReply> {
  if (!(await readyRecovery(parts, step))) return step.reply.redirect("/recovery/proof", 303);
  return step.send(recoveryPasswordPage(step.view, { hasSecondFactor: true, fault }), fault === null ? 200 : 422);
}

const passwordForm = z.object({ password: z.string().max(2_000) }).catch({ password: "" });

export async function complete(parts: Parts, step: ProvedStep): Promise<FastifyReply> {
  const { database, fleeting, background, notify } = parts.credentials;
  const { request, reply, view, send, account, origin, state } = step;
  const recovery = await readyRecovery(parts, step);
  if (!recovery) return reply.redirect("/recovery/proof", 303);
  const { password } = passwordForm.parse(request.body);
  const personal = await readPersonalWords(database, account.citizenId);
  const fault = passwordFault(password, { hasSecondFactor: true, personal });
  if (fault) return await showPassword(parts, step, fault);
  const passwordHash = await hashPassword(password);
  const isDone = await database.transaction((tx) => recoverAccount({ tx, fleeting }, recovery, passwordHash, origin));
  if (!isDone) return reply.redirect("/recovery/proof", 303);
  await parts.journey.end(request, reply);
  background.run("recovery notice", () => notify(account, { kind: "recoveryCompleted" }));
  return send(recoveredPage(view, signInAddress(state.from), "home"));
}
