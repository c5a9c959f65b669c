/**
 * Recovery, for who has lost her password or her passkeys. The mobile alone is never enough at once: beside it she
 * needs a printed code, or time, in which every channel of the account says what is going on and whoever can sign in
 * can stop it. What her mobile alone brought back reaches level 1 and removes nothing (NIST SP 800-63B-4, 4.2).
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Credentials } from "../credentials/credentials.ts";
import { beginStep, createJourney, readFrom } from "../journey/journey.ts";
import { recoveryStartPage } from "../pages/recovery.ts";
import { findAccount } from "../store/accounts.ts";
import { complete, showPassword } from "./complete.ts";
import { answerProof, showProof } from "./proof.ts";
import { begin, proveMobile, showCode } from "./start.ts";
import { type KnownStep, type Parts, type ProvedStep, stateShape } from "./steps.ts";

export interface RecoveryParts {
  readonly credentials: Credentials;
  readonly issuer: string;
}

export function addRecovery(app: FastifyInstance, { credentials, issuer }: RecoveryParts): void {
  const { smsCodes, fleeting } = credentials;
  if (!smsCodes) return;
  const journey = createJourney(fleeting, { name: "recovery", issuer, state: stateShape });
  const parts: Parts = { credentials, issuer, smsCodes, journey };
  const known =
    (handle: (parts: Parts, step: KnownStep) => Promise<FastifyReply>) =>
    async (request: FastifyRequest, reply: FastifyReply) => {
      const found = await journey.read(request);
      if (!found) return reply.redirect("/recovery", 303);
      return await handle(parts, { ...beginStep(request, reply, issuer), ...found });
    };
  const proved = (handle: (parts: Parts, step: ProvedStep) => Promise<FastifyReply>) =>
    known(async (_parts, step) => {
      const { proved: proof } = step.state;
      if (!proof) return step.reply.redirect("/recovery/code", 303);
      const account = await findAccount(credentials.database, proof.citizenId);
      // A number that was changed meanwhile proves nothing any more.
      if (account?.mobile !== proof.mobile) return step.reply.redirect("/recovery", 303);
      return await handle(parts, { ...step, account });
    });
  app.get("/recovery", async (request, reply) => {
    const step = beginStep(request, reply, issuer);
    return step.send(recoveryStartPage(step.view, { login: "", fault: null, from: readFrom(request) }));
  });
  app.post("/recovery", async (request, reply) => await begin(parts, beginStep(request, reply, issuer)));
  app.get(
    "/recovery/code",
    known(async (_parts, step) => showCode(step, null)),
  );
  app.post("/recovery/code", known(proveMobile));
  app.get(
    "/recovery/proof",
    proved(async (_parts, step) => await showProof(parts, step, null)),
  );
  app.post("/recovery/proof", proved(answerProof));
  app.get(
    "/recovery/password",
    proved(async (_parts, step) => await showPassword(parts, step, null)),
  );
  app.post("/recovery/password", proved(complete));
}
