/** Where a citizen goes on with the code that an officer handed her: her number, the code, and a password of her own. */
import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import type { Credentials } from "../credentials/credentials.ts";
import { readLoginName } from "../credentials/login-name.ts";
import { hashPassword } from "../credentials/password.ts";
import { passwordFault } from "../credentials/password-policy.ts";
import { recoveryCodeHash } from "../credentials/recovery-code.ts";
import { beginStep, type Step, signInAddress } from "../journey/journey.ts";
import { recoveredPage } from "../pages/recovery.ts";
import { type CounterState, counterPage } from "../pages/recovery-counter.ts";
import { findAccount } from "../store/accounts.ts";
import { readPersonalWords } from "../store/credential-changes.ts";
import { findRecoveryByCode } from "../store/recovery-requests.ts";
import { recoverAccount } from "./recover-account.ts";

export const counterPath = "/recovery/counter";

const form = z
  .object({ login: z.string().max(400), code: z.string().max(100), password: z.string().max(2_000) })
  .catch({ login: "", code: "", password: "" });

const nothing: CounterState = { login: "", code: "", fault: null };

export function addRecoveryAtCounter(app: FastifyInstance, credentials: Credentials, issuer: string): void {
  app.get(counterPath, async (request, reply) => {
    const { view, send } = beginStep(request, reply, issuer);
    return send(counterPage(view, nothing));
  });
  app.post(counterPath, async (request, reply) => await answer(credentials, beginStep(request, reply, issuer)));
}

async function answer(credentials: Credentials, step: Step): Promise<FastifyReply> {
  const { database, fleeting, limiters, background, notify } = credentials;
  const { view, send, request, origin } = step;
  const { login: typed, code, password } = form.parse(request.body);
  const again = (state: Partial<CounterState>, status = 422) =>
    send(counterPage(view, { ...nothing, login: typed, ...state }), status);
  const login = readLoginName(typed);
  if (typeof login === "string") return again({ fault: { field: "login", kind: login } });
  const subject = { account: login.value, address: request.ip };
  const admission = await limiters.admit(["recovery-start-address", "counter-code"], subject);
  if (!admission.allowed) {
    step.reply.header("retry-after", admission.waitSeconds);
    return again({ fault: { field: "code", kind: "throttled", waitSeconds: admission.waitSeconds } }, 429);
  }
  const wrong = () => again({ fault: { field: "code", kind: "wrong" } });
  const recovery = await findRecoveryByCode(database, login.value, recoveryCodeHash(code));
  if (!recovery) return wrong();
  // It proves itself, and a password that does not do is no guess.
  await limiters.forgive(["counter-code"], subject);
  const personal = await readPersonalWords(database, recovery.citizenId);
  const fault = passwordFault(password, { hasSecondFactor: false, personal });
  if (fault) return again({ code, fault: { field: "password", kind: fault } });
  const passwordHash = await hashPassword(password);
  const isDone = await database.transaction((tx) => recoverAccount({ tx, fleeting }, recovery, passwordHash, origin));
  if (!isDone) return wrong();
  const account = await findAccount(database, recovery.citizenId);
  if (account) background.run("recovery notice", () => notify(account, { kind: "recoveryCompleted" }));
  return send(recoveredPage(view, signInAddress(null), "counter"));
}
