/** The pages between a client's request and its answer: signing in, for whom, and consent. */
import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import { answerChoice, askForWhom } from "./choose.ts";
import { answerConsent, showConsent } from "./consent.ts";
import { answerSignIn, showSignIn } from "./sign-in.ts";
import { beginTurn, finishTurn, type InteractionParts, type Turn } from "./turn.ts";

const cancelForm = z.object({ action: z.literal("cancel") });

/**
 * `/interaction/:uid`. The uid alone opens nothing: the interaction is found by a signed cookie that only
 * this browser has and that other sites cannot make it send with a form (SameSite=Lax).
 */
export function addInteractions(app: FastifyInstance, parts: InteractionParts): void {
  app.get("/interaction/:uid", async (request, reply) => {
    const turn = await beginTurn(parts, request, reply);
    return await questionOf(turn).show(turn);
  });
  app.post("/interaction/:uid", async (request, reply) => {
    const turn = await beginTurn(parts, request, reply);
    if (cancelForm.safeParse(request.body).success) return await finishTurn(turn, { error: "access_denied" });
    return await questionOf(turn).answer(turn);
  });
}

/** What she is asked, and what is made of her answer. */
interface Question {
  show(turn: Turn): FastifyReply | Promise<FastifyReply>;
  answer(turn: Turn): Promise<FastifyReply>;
}

const signIn: Question = { show: showSignIn, answer: answerSignIn };

/** By the name of the provider's prompt. */
const questions: Readonly<Record<string, Question>> = {
  select_account: { show: askForWhom, answer: answerChoice },
  consent: { show: showConsent, answer: answerConsent },
};

function questionOf({ interaction }: Turn): Question {
  return questions[interaction.prompt.name] ?? signIn;
}
