/** What she has beside her mobile: a printed code, or time. */
import { createHash, randomBytes } from "node:crypto";
import type { FastifyReply } from "fastify";
import { z } from "zod";
import { recoveryCodeHash } from "../credentials/recovery-code.ts";
import { recordHistory } from "../history/history.ts";
import { type ProofFault, recoveryProofPage } from "../pages/recovery.ts";
import type { Account } from "../store/accounts.ts";
import { readFactors, useRecoveryCode } from "../store/factors.ts";
import { findOpenRecovery, startRecovery, wasStoppedLately } from "../store/recovery-requests.ts";
import { type Parts, type ProvedStep, readyRecovery } from "./steps.ts";

const hour = 60 * 60;
/** How long she waits who has nothing but her mobile: longer where the account had something better. */
const waitSeconds = 24 * hour;
const waitWithFactorsSeconds = 72 * hour;
/** How long a recovery that is ready waits to be completed. */
const lifeSeconds = 7 * 24 * hour;
const lifeByCodeSeconds = hour / 2;

export async function showProof(parts: Parts, step: ProvedStep, fault: ProofFault | null): Promise<FastifyReply> {
  const { database } = parts.credentials;
  const { view, reply, send, account } = step;
  if (await readyRecovery(parts, step)) return reply.redirect("/recovery/password", 303);
  const recovery = await findOpenRecovery(database, account.citizenId);
  const page = recoveryProofPage(view, {
    readyAt: recovery?.proof === "mobile" ? recovery.readyAt : null,
    hours: (await waitOf(parts, account)) / hour,
    isStopped: await wasStoppedLately(database, account.citizenId),
    fault,
  });
  return send(page, fault === null ? 200 : fault.kind === "throttled" ? 429 : 422);
}

async function waitOf({ credentials }: Parts, { citizenId }: Account): Promise<number> {
  const { passkeys, totp } = await readFactors(credentials.database, citizenId);
  return passkeys > 0 || totp ? waitWithFactorsSeconds : waitSeconds;
}

const proofForm = z
  .object({ action: z.enum(["printed", "wait"]), code: z.string().max(100).catch("") })
  .catch({ action: "printed", code: "" });

export async function answerProof(parts: Parts, step: ProvedStep): Promise<FastifyReply> {
  const { action, code } = proofForm.parse(step.request.body);
  return action === "wait" ? await beginWaiting(parts, step) : await usePrintedCode(parts, step, code);
}

async function usePrintedCode(parts: Parts, step: ProvedStep, code: string): Promise<FastifyReply> {
  const { credentials, journey } = parts;
  const { citizenId } = step.account;
  if (code.trim() === "") return await showProof(parts, step, { kind: "missing" });
  const admission = await credentials.limiters.admit(["recovery-code-verify"], { account: citizenId });
  if (!admission.allowed)
    return await showProof(parts, step, { kind: "throttled", waitSeconds: admission.waitSeconds });
  const recovery = await credentials.database.transaction(async (tx) => {
    if (!(await useRecoveryCode(tx, citizenId, recoveryCodeHash(code)))) return undefined;
    await recordHistory(tx, { citizenId, kind: "recovery-code-used", origin: step.origin });
    const cancelHash = createHash("sha256").update(randomBytes(32)).digest();
    const started = { citizenId, proof: "code", delaySeconds: 0, lifeSeconds: lifeByCodeSeconds, cancelHash } as const;
    return await startRecovery(tx, started);
  });
  if (!recovery) return await showProof(parts, step, { kind: "wrong" });
  await credentials.limiters.forgive(["recovery-code-verify"], { account: citizenId });
  await journey.save(step.id, { ...step.state, recoveryId: recovery.recoveryId });
  return step.reply.redirect("/recovery/password", 303);
}

async function beginWaiting(parts: Parts, step: ProvedStep): Promise<FastifyReply> {
  const { credentials, issuer } = parts;
  const { database, background, notify } = credentials;
  const { account, origin, reply } = step;
  const { citizenId } = account;
  const delaySeconds = await waitOf(parts, account);
  const token = randomBytes(24).toString("base64url");
  const cancelHash = createHash("sha256").update(token).digest();
  const recovery = await database.transaction(async (tx) => {
    // One that is under way keeps its clock.
    if ((await findOpenRecovery(tx, citizenId)) || (await wasStoppedLately(tx, citizenId))) return undefined;
    const started = await startRecovery(tx, { citizenId, proof: "mobile", delaySeconds, lifeSeconds, cancelHash });
    if (started) await recordHistory(tx, { citizenId, kind: "recovery-started", origin });
    return started;
  });
  if (recovery) {
    const cancelUrl = `${issuer}/recovery/stop?token=${token}`;
    background.run("recovery notice", () =>
      notify(account, { kind: "recoveryStarted", hours: delaySeconds / hour, cancelUrl }),
    );
  }
  return reply.redirect("/recovery/proof", 303);
}
