/** Signing in with a resident ID number or mobile number and a password. */
import type { FastifyReply } from "fastify";
import { z } from "zod";
import { type LoginFault, type LoginName, readLoginName } from "../credentials/login-name.ts";
import { type SignInProblem, signInPage } from "../pages/sign-in.ts";
import { finishTurn, formAction, type Turn } from "./turn.ts";

const form = z
  .object({ login: z.string().catch(""), password: z.string().catch("") })
  .catch({ login: "", password: "" });

export function showSignIn(turn: Turn): FastifyReply {
  return sendPage(turn, "", null);
}

export async function answerSignIn(turn: Turn): Promise<FastifyReply> {
  const { parts, request, reply } = turn;
  const { login: typed, password } = form.parse(request.body);
  const login = readLoginName(typed);
  if (isFault(login) || password === "") return sendPage(turn, typed, fieldProblem(login, password));
  const outcome = await parts.authenticate(login, password, request.ip);
  if (outcome.kind === "proved") return await enter(turn, outcome.citizenId);
  if (outcome.kind === "throttled") reply.header("retry-after", outcome.waitSeconds);
  return sendPage(turn, typed, outcome);
}

function isFault(login: LoginName | LoginFault): login is LoginFault {
  return typeof login === "string";
}

function fieldProblem(login: LoginName | LoginFault, password: string): SignInProblem {
  return { kind: "fields", login: isFault(login) ? login : null, password: password === "" ? "missing" : null };
}

function sendPage(turn: Turn, login: string, problem: SignInProblem | null): FastifyReply {
  const status = problem === null ? 200 : problem.kind === "throttled" ? 429 : 422;
  return turn.reply.code(status).send(signInPage(turn.view, formAction(turn), { login, problem }));
}

/**
 * The session is the browser's, not the machine's: it ends with the browser, since the machine may stand in
 * a library.
 */
async function enter(turn: Turn, citizenId: string): Promise<FastifyReply> {
  await leaveOtherSession(turn, citizenId);
  return await finishTurn(turn, { login: { accountId: citizenId, remember: false, amr: ["pwd"] } });
}

/** Whoever was signed in here before is signed out first. */
async function leaveOtherSession({ parts, interaction }: Turn, citizenId: string): Promise<void> {
  const before = interaction.session;
  if (!before || before.accountId === citizenId) return;
  const session = await parts.provider().Session.find(before.cookie);
  await session?.destroy();
  interaction.session = undefined;
  await interaction.persist();
}
