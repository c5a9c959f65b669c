/** Caseworkers sign in at an address of their own, with a passkey and with nothing else. */
import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import { passkeyMethods } from "../credentials/levels.ts";
import type { LimiterName } from "../credentials/limiters.ts";
import { namedPasskey } from "../credentials/passkeys.ts";
import { leaveOtherSession } from "../interaction/enter.ts";
import {
  allowScripts,
  beginTurn,
  finishTurn,
  formAction,
  type InteractionParts,
  type Turn,
} from "../interaction/turn.ts";
import { type StaffSignInProblem, staffSignInPage } from "../pages/staff-sign-in.ts";
import { staffPasskeys } from "./accounts.ts";

/** Where the sign-in of a client for caseworkers goes on. */
export const staffInteractionPath = "/staff/interaction";

const form = z.object({
  action: z.enum(["passkey", "cancel"]).catch("passkey"),
  credential: z.string().max(12_000).catch(""),
});

export function addStaffSignIn(app: FastifyInstance, parts: InteractionParts): void {
  app.get(`${staffInteractionPath}/:uid`, async (request, reply) => {
    const turn = await beginTurn(parts, request, reply);
    if (isOther(turn)) return await finishTurn(turn, { error: "access_denied" });
    return await sendPage(turn, null);
  });
  app.post(`${staffInteractionPath}/:uid`, async (request, reply) => {
    const turn = await beginTurn(parts, request, reply);
    const { action, credential } = form.parse(request.body ?? {});
    if (action === "cancel" || isOther(turn)) return await finishTurn(turn, { error: "access_denied" });
    return await answer(turn, credential);
  });
}

/** Caseworkers are asked who they are and nothing else: what their clients may do, the department has settled. */
function isOther({ interaction }: Turn): boolean {
  return interaction.prompt.name !== "login";
}

async function sendPage(turn: Turn, problem: StaffSignInProblem | null): Promise<FastifyReply> {
  const options = await turn.parts.credentials.passkeys.requestOptions(useOf(turn));
  allowScripts(turn);
  if (problem?.kind === "throttled") turn.reply.header("retry-after", problem.waitSeconds);
  const status = problem === null ? 200 : problem.kind === "throttled" ? 429 : 422;
  return turn.reply.code(status).send(staffSignInPage(turn.view, formAction(turn), { options, problem }));
}

/** The last is shared with everybody at that address. */
const limiterNames: readonly LimiterName[] = ["staff-sign-in-pair", "staff-sign-in-account", "staff-sign-in-address"];

/** A passkey in the hands of a caseworker whom her department has named in person is level 3. */
async function answer(turn: Turn, credential: string): Promise<FastifyReply> {
  const { passkeys, database, limiters } = turn.parts.credentials;
  const subject = { account: namedPasskey(credential), address: turn.request.ip };
  const admission = await limiters.admit(limiterNames, subject);
  if (!admission.allowed) return await sendPage(turn, { kind: "throttled", waitSeconds: admission.waitSeconds });
  const passkey = await passkeys.authenticateFrom(staffPasskeys(database), useOf(turn), credential);
  if (!passkey) return await sendPage(turn, { kind: "refused" });
  await limiters.forgive(limiterNames.slice(0, 2), subject);
  await limiters.uncount(limiterNames.slice(2), subject);
  await leaveOtherSession(turn, passkey.staffId);
  const amr = passkeyMethods(false);
  return await finishTurn(turn, {
    login: {
      accountId: passkey.staffId,
      remember: false,
      ts: Math.floor(Date.now() / 1000),
      amr,
      acr: "urn:huimin:loa:3",
    },
  });
}

function useOf({ interaction }: Turn): string {
  return `staff sign-in ${interaction.uid}`;
}
