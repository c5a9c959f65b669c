/** The page that asks for a new password in the middle of a sign-in. */
import type { FastifyReply } from "fastify";
import type { PasswordFault } from "../credentials/password-policy.ts";
import { demandedPasswordPage } from "../pages/new-password.ts";
import { formAction, type Turn } from "./turn.ts";

/** Judged as one that stands alone: no second factor may be left by now. */
export const hasSecondFactor = false;

export function showNewPassword(turn: Turn, fault: PasswordFault | null): FastifyReply {
  const page = demandedPasswordPage(turn.view, formAction(turn), { hasSecondFactor, fault });
  return turn.reply.code(fault === null ? 200 : 422).send(page);
}
