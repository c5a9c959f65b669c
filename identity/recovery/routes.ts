/**
 * Recovery, for who has lost her password or her passkeys. The mobile alone is never enough at once: beside it she
 * needs a printed code, or time, in which every channel of the account says what is going on and whoever can sign in
 * can stop it. What her mobile alone brought back reaches level 1 and removes nothing (NIST SP 800-63B-4, 4.2).
 */
import { createHash, randomBytes } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Credentials } from "../credentials/credentials.ts";
import { readLoginName } from "../credentials/login-name.ts";
import { hashPassword } from "../credentials/password.ts";
import { type PasswordFault, passwordFault } from "../credentials/password-policy.ts";
import { recoveryCodeHash } from "../credentials/recovery-code.ts";
import type { SmsCodes } from "../credentials/sms-code.ts";
import { recordHistory } from "../history/history.ts";
import { beginStep, createJourney, type Journey, readFrom, type Step, signInAddress } from "../journey/journey.ts";
import {
  type ProofFault,
  recoveredPage,
  recoveryPasswordPage,
  recoveryProofPage,
  recoveryStartPage,
  type StartFault,
} from "../pages/recovery.ts";
import { type CodeFault, codePage } from "../pages/sms-code.ts";
import { type Account, findAccountByLogin } from "../store/accounts.ts";
import { readPersonalWords } from "../store/credential-changes.ts";
import { readFactors, useRecoveryCode } from "../store/factors.ts";
import { findOpenRecovery, type RecoveryRequest, startRecovery, wasStoppedLately } from "../store/recovery-requests.ts";
import { recoverAccount } from "./recover-account.ts";

const hour = 60 * 60;
/** How long she waits who has nothing but her mobile: longer where the account had something better. */
const waitSeconds = 24 * hour;
const waitWithFactorsSeconds = 72 * hour;
/** How long a recovery that is ready waits to be completed. */
const lifeSeconds = 7 * 24 * hour;
const lifeByCodeSeconds = hour / 2;

const stateShape = z.object({
  login: z.object({ kind: z.enum(["residentId", "mobile"]), value: z.string() }),
  isMobileProved: z.boolean(),
  /** The recovery that a printed code of this journey has opened. */
  recoveryId: z.string().nullable(),
  from: z.string().nullable(),
});

type State = z.output<typeof stateShape>;

export interface RecoveryParts {
  readonly credentials: Credentials;
  readonly issuer: string;
}

interface Parts extends RecoveryParts {
  readonly smsCodes: SmsCodes;
  readonly journey: Journey<State>;
}

interface KnownStep extends Step {
  readonly id: string;
  readonly state: State;
}

/** A step of somebody who has proved the account's mobile. */
interface ProvedStep extends KnownStep {
  readonly account: Account;
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
      if (!step.state.isMobileProved) return step.reply.redirect("/recovery/code", 303);
      const account = await findAccountByLogin(credentials.database, step.state.login);
      return account ? await handle(parts, { ...step, account }) : step.reply.redirect("/recovery", 303);
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

const startForm = z.object({ login: z.string().max(400) }).catch({ login: "" });

async function begin(
  { credentials, smsCodes, journey }: Parts,
  { request, reply, view, send }: Step,
): Promise<FastifyReply> {
  const { limiters, background, database } = credentials;
  const { login: typed } = startForm.parse(request.body);
  const from = readFrom(request);
  const again = (fault: StartFault, status: number) =>
    send(recoveryStartPage(view, { login: typed, fault, from }), status);
  const login = readLoginName(typed);
  if (typeof login === "string") return again({ kind: login }, 422);
  const { ip: address } = request;
  const admission = await limiters.admit(["recovery-start-address", "recovery-start-account"], {
    address,
    account: login.value,
  });
  if (!admission.allowed) return again({ kind: "throttled", waitSeconds: admission.waitSeconds }, 429);
  const id = await journey.begin(reply, { login, isMobileProved: false, recoveryId: null, from });
  // Behind the answer: whether there is an account shows neither in its words nor in its time.
  background.run("recovery code", async () => {
    const account = await findAccountByLogin(database, login);
    if (!account?.mobile) return;
    const { citizenId, mobile, preferredLanguage: language } = account;
    await smsCodes.send({ use: `recovery ${id}`, account: citizenId, mobile, address, language });
  });
  return reply.redirect("/recovery/code", 303);
}

function showCode({ view, send }: KnownStep, fault: CodeFault | null): FastifyReply {
  const page = codePage(view, { action: "/recovery/code", again: "/recovery", to: null, fault });
  return send(page, fault === null ? 200 : 422);
}

const codeForm = z.object({ code: z.string().max(100) }).catch({ code: "" });

async function proveMobile({ smsCodes, journey }: Parts, step: KnownStep): Promise<FastifyReply> {
  const { request, reply, id, state } = step;
  const { code } = codeForm.parse(request.body);
  if (code.trim() === "") return showCode(step, "missing");
  if (!(await smsCodes.verify(`recovery ${id}`, code))) return showCode(step, "wrong");
  await journey.save(id, { ...state, isMobileProved: true });
  return reply.redirect("/recovery/proof", 303);
}

/** The recovery that this journey may complete now: its own by a printed code, or one that has waited its time. */
async function readyRecovery(
  { credentials }: Parts,
  { account, state }: ProvedStep,
): Promise<RecoveryRequest | undefined> {
  const recovery = await findOpenRecovery(credentials.database, account.citizenId);
  if (!recovery || recovery.readyAt.getTime() > Date.now()) return undefined;
  return recovery.proof === "mobile" || recovery.recoveryId === state.recoveryId ? recovery : undefined;
}

async function showProof(parts: Parts, step: ProvedStep, fault: ProofFault | null): Promise<FastifyReply> {
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

async function answerProof(parts: Parts, step: ProvedStep): Promise<FastifyReply> {
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

async function showPassword(parts: Parts, step: ProvedStep, fault: PasswordFault | null): Promise<FastifyReply> {
  if (!(await readyRecovery(parts, step))) return step.reply.redirect("/recovery/proof", 303);
  return step.send(recoveryPasswordPage(step.view, { hasSecondFactor: true, fault }), fault === null ? 200 : 422);
}

const passwordForm = z.object({ password: z.string().max(2_000) }).catch({ password: "" });

async function complete(parts: Parts, step: ProvedStep): Promise<FastifyReply> {
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
  return send(recoveredPage(view, signInAddress(state.from)));
}
