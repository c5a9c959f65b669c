/** Caseworkers sign in at an address of their own, with a passkey and with nothing else. */
import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import { passkeyMethods } from "../credentials/levels.ts";
import { leaveOtherSession } from "../interaction/enter.ts";
import {
  allowScripts,
  beginTurn,
  finishTurn,
  formAction,
  type InteractionParts,
  type Turn,
} from "../interaction/turn.ts";
import { staffSignInPage } from "../pages/staff-sign-in.ts";
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
    return await sendPage(turn, false);
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

async function sendPage(turn: Turn, isRefused: boolean): Promise<FastifyReply> {
  const options = await turn.parts.credentials.passkeys.requestOptions(useOf(turn));
  allowScripts(turn);
  const page = staffSignInPage(turn.view, formAction(turn), { options, isRefused });
  return turn.reply.code(isRefused ? 422 : 200).send(page);
}

/** A passkey in the hands of a caseworker whom her department has named in person is level 3. */
async function answer(turn: Turn, credential: string): Promise<FastifyReply> {
  const { passkeys, database } = turn.parts.credentials;
  const passkey = await passkeys.authenticateFrom(staffPasskeys(database), useOf(turn), credential);
  if (!passkey) return await sendPage(turn, true);
  await leaveOtherSession(turn, passkey.staffId);
  const amr = passkeyMethods(false);
  return await finishTurn(turn, {
    login: { accountId: passkey.staffId, remember: false, amr, acr: "urn:huimin:loa:3" },
  });
}

function useOf({ interaction }: Turn): string {
  return `staff sign-in ${interaction.uid}`;
}
