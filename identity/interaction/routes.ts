/** The pages between a client's request and its answer: signing in, and consent. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
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
    return isConsent(turn) ? await showConsent(turn) : showSignIn(turn);
  });
  app.post("/interaction/:uid", async (request, reply) => {
    const turn = await beginTurn(parts, request, reply);
    if (cancelForm.safeParse(request.body).success) return await finishTurn(turn, { error: "access_denied" });
    return isConsent(turn) ? await answerConsent(turn) : await answerSignIn(turn);
  });
}

function isConsent({ interaction }: Turn): boolean {
  return interaction.prompt.name === "consent";
}
