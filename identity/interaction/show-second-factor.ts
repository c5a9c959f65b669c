/** The page of the second step: the best way on, and the others beside it. */
import type { FastifyReply } from "fastify";
import { maskedMobile } from "../messages/sender.ts";
import { type SecondFactorProblem, secondFactorPage, unmetPage } from "../pages/second-factor.ts";
import { listPasskeys } from "../store/passkeys.ts";
import { offeredFactors, type SecondFactor, type Standing } from "./demand.ts";
import { allowScripts, formAction, type Turn } from "./turn.ts";

/** Shows the best way on, or says that there is none. */
export async function showSecondFactor(turn: Turn, standing: Standing): Promise<FastifyReply> {
  const [best] = offeredFactors(standing);
  if (best === undefined) return turn.reply.send(unmetPage(turn.view, formAction(turn), standing));
  return await showFactor(turn, standing, best, null);
}

/** A challenge counts for this step of this sign-in. */
export function passkeyUse({ interaction }: Turn, citizenId: string): string {
  return `second factor ${interaction.uid} ${citizenId}`;
}

/** Shows one way, and what was wrong with the last try of it. */
export async function showFactor(
  turn: Turn,
  standing: Standing,
  factor: SecondFactor,
  problem: SecondFactorProblem | null,
  isCodeSent = false,
): Promise<FastifyReply> {
  const { reply, view, parts } = turn;
  const { citizenId, mobile } = standing.account;
  const { database, passkeys } = parts.credentials;
  if (problem?.kind === "throttled") reply.header("retry-after", problem.waitSeconds);
  reply.code(problem === null ? 200 : problem.kind === "throttled" ? 429 : 422);
  if (factor === "passkey") allowScripts(turn);
  const passkeyOptions =
    factor === "passkey"
      ? await passkeys.requestOptions(passkeyUse(turn, citizenId), await listPasskeys(database, citizenId))
      : "";
  return reply.send(
    secondFactorPage(view, formAction(turn), {
      factor,
      others: offeredFactors(standing).filter((other) => other !== factor),
      passkeyOptions,
      mobile: mobile === null ? "" : maskedMobile(mobile),
      isCodeSent,
      problem,
    }),
  );
}
