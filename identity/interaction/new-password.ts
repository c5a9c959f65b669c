/** A new password in the middle of a sign-in: she has said that somebody else was at her account. */
import type { FastifyReply } from "fastify";
import { hashPassword } from "../credentials/password.ts";
import { passwordFault } from "../credentials/password-policy.ts";
import { findAccount } from "../store/accounts.ts";
import { readPersonalWords, recordCredentialChange, setPassword } from "../store/credential-changes.ts";
import { needsSecondFactor } from "./demand.ts";
import { advance } from "./enter.ts";
import type { Progress } from "./progress.ts";
import { hasSecondFactor, showNewPassword } from "./show-new-password.ts";
import { standingOf } from "./standing.ts";
import { originOf, type Turn } from "./turn.ts";

export async function answerNewPassword(turn: Turn, progress: Progress, password: string): Promise<FastifyReply> {
  const { database, background, notify } = turn.parts.credentials;
  const { citizenId, amr } = progress;
  const account = await findAccount(database, citizenId);
  if (!account) throw new Error("the account is gone");
  const standing = await standingOf(turn, account, amr);
  if (!account.mustChangePassword || needsSecondFactor(standing)) return await advance(turn, citizenId, amr);
  const personal = await readPersonalWords(database, citizenId);
  const fault = passwordFault(password, { hasSecondFactor, personal });
  if (fault) return showNewPassword(turn, fault);
  const passwordHash = await hashPassword(password);
  await database.transaction(async (tx) => {
    await setPassword(tx, citizenId, passwordHash);
    await recordCredentialChange(tx, {
      citizenId,
      credential: "password",
      change: "update",
      history: "password-changed",
      origin: originOf(turn),
    });
  });
  background.run("credential notice", () => notify(account, { kind: "credential", change: "changed" }));
  return await advance(turn, citizenId, amr);
}
