/** The first steps of a recovery: whose account, and the code that proves its mobile. */
import type { FastifyReply } from "fastify";
import { z } from "zod";
import { readLoginName } from "../credentials/login-name.ts";
import { readFrom, type Step } from "../journey/journey.ts";
import { recoveryStartPage, type StartFault } from "../pages/recovery.ts";
import { type CodeFault, codePage } from "../pages/sms-code.ts";
import { findAccountByLogin } from "../store/accounts.ts";
import type { KnownStep, Parts } from "./steps.ts";

const startForm = z.object({ login: z.string().max(400) }).catch({ login: "" });

/** Begins a recovery, and sends a code to the mobile of the account, if there is one. */
export async function begin(
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
  const id = await journey.begin(reply, { login, proved: null, recoveryId: null, from });
  // Behind the answer: whether there is an account shows neither in its words nor in its time.
  background.run("recovery code", async () => {
    const account = await findAccountByLogin(database, login);
    if (!account?.mobile) return;
    const { citizenId, mobile, preferredLanguage: language } = account;
    await smsCodes.send({ use: codeUse(id, mobile), account: citizenId, mobile, address, language });
  });
  return reply.redirect("/recovery/code", 303);
}

export function showCode({ view, send }: KnownStep, fault: CodeFault | null): FastifyReply {
  const page = codePage(view, { action: "/recovery/code", again: "/recovery", to: null, fault });
  return send(page, fault === null ? 200 : 422);
}

const codeForm = z.object({ code: z.string().max(100) }).catch({ code: "" });

/** A code counts for the journey that asked for it and the number that it went to. */
function codeUse(id: string, mobile: string): string {
  return `recovery ${id} ${mobile}`;
}

export async function proveMobile({ credentials, smsCodes, journey }: Parts, step: KnownStep): Promise<FastifyReply> {
  const { request, reply, id, state } = step;
  const { code } = codeForm.parse(request.body);
  if (code.trim() === "") return showCode(step, "missing");
  const account = await findAccountByLogin(credentials.database, state.login);
  // Where there is no account, nothing was sent, and the same is asked of the store.
  const isRight = await smsCodes.verify(codeUse(id, account?.mobile ?? ""), code);
  if (!isRight || !account?.mobile) return showCode(step, "wrong");
  await journey.save(id, { ...state, proved: { citizenId: account.citizenId, mobile: account.mobile } });
  return reply.redirect("/recovery/proof", 303);
}
