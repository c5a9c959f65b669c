/** Signing in (OpenID Connect code flow) and signing out (RP-Initiated Logout 1.0). */
import { timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as oidc from "openid-client";
import { z } from "zod";
import { Problem } from "../pages/problem.ts";
import { viewOf } from "../pages/view.ts";
import { type Cookies, signInSeconds } from "../session/cookies.ts";
import type { Seal } from "../session/seal.ts";
import type { Session, Sessions } from "../session/sessions.ts";
import type { Attempt, Provider, Wish } from "./provider.ts";

export interface SignInParts {
  readonly provider: Provider;
  readonly sessions: Sessions;
  readonly seal: Seal;
  readonly cookies: Cookies;
  readonly portalUrl: string;
}

/** The pages to which a sign-in can lead, by the names that `for` gives them. */
const pages = { home: "/", prescriptions: "/prescriptions" } as const;

const pageName = z.enum(["home", "prescriptions"]).catch("home");

const attemptShape = z.object({
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  page: pageName,
}) satisfies z.ZodType<Attempt>;
const pageForm = z.object({ form: z.string() });
const signInQuestion = z.object({
  /** To act for another than before. */
  person: z.literal("choose").optional().catch(undefined),
  /** Where she wants to go. */
  for: pageName,
});
const stepUpQuestion = z.object({
  acr_values: z.string().max(200),
  max_age: z.coerce.number().int().nonnegative().optional(),
});

/** `/sign-in` (see `signInQuestion`; with `acr_values` to sign in better), `/own-matters`, `/callback` and `/sign-out`. */
export function addSignIn(app: FastifyInstance, parts: SignInParts): void {
  app.get("/sign-in", (request, reply) => {
    const { person = null, for: page } = signInQuestion.parse(request.query);
    const stepUp = stepUpQuestion.safeParse(request.query).data ?? null;
    return beginSignIn(parts, request, reply, { forWhom: person, stepUp }, page);
  });
  app.post("/own-matters", (request, reply) => returnToOwnMatters(parts, request, reply));
  app.get("/callback", (request, reply) => finishSignIn(parts, request, reply));
  app.post("/sign-out", (request, reply) => signOut(parts, request, reply));
}

async function beginSignIn(
  parts: SignInParts,
  request: FastifyRequest,
  reply: FastifyReply,
  wish: Wish,
  page: keyof typeof pages = "home",
): Promise<FastifyReply> {
  const { signIn, language } = parts.cookies;
  const begun = parts.provider.begin(viewOf(request, language).language, wish);
  const { url, attempt } = await begun.catch((cause: unknown) => {
    throw new Problem("identityDown", { cause });
  });
  const sealed = await parts.seal.close(signIn.name, { ...attempt, page }, signInSeconds);
  return reply.setCookie(signIn.name, sealed, signIn.options).redirect(url.href, 303);
}

/** A form of the page itself: no link of others takes her away from the person for whom she acts. */
async function returnToOwnMatters(parts: SignInParts, request: FastifyRequest, reply: FastifyReply) {
  const session = await sessionOf(parts, request);
  if (session === null) return reply.redirect("/", 303);
  if (!isFormOf(session, request.body)) throw new Problem("form", { reader: session });
  return await beginSignIn(parts, request, reply, { forWhom: "self" });
}

async function sessionOf({ cookies, sessions }: SignInParts, request: FastifyRequest): Promise<Session | null> {
  const id = request.cookies[cookies.session.name];
  return id === undefined ? null : await sessions.find(id);
}

async function finishSignIn(parts: SignInParts, request: FastifyRequest, reply: FastifyReply) {
  const { signIn, session: cookie } = parts.cookies;
  const sealed = request.cookies[signIn.name];
  const attempt = sealed === undefined ? null : await parts.seal.open(signIn.name, sealed, attemptShape);
  reply.clearCookie(signIn.name, signIn.options);
  if (attempt === null) throw new Problem("mismatch");
  // The host of the request is anybody's word; the callback is where identity was told to send her.
  const callback = new URL(request.url, parts.portalUrl);
  const before = request.cookies[cookie.name];
  const finished = await parts.provider.finish(callback, attempt).catch(async (error: unknown) => {
    const problem = problemOfSignIn(error);
    // Who turns back from choosing another person goes on as before.
    if (problem.kind === "cancelled" && before !== undefined && (await parts.sessions.find(before))) return null;
    throw problem;
  });
  if (finished === null) return reply.redirect(pages[attempt.page], 303);
  const { idToken, tokens } = finished;
  // A new ID for every sign-in: one that somebody planted beforehand is worth nothing.
  if (before !== undefined) await parts.sessions.end(before);
  const session = await parts.sessions.begin(idToken, tokens);
  return reply.setCookie(cookie.name, session.id, cookie.options).redirect(pages[attempt.page], 303);
}

function problemOfSignIn(cause: unknown): Problem {
  if (cause instanceof oidc.AuthorizationResponseError) {
    if (cause.error === "access_denied") return new Problem("cancelled", { cause });
    if (cause.error === "temporarily_unavailable") return new Problem("identityDown", { cause });
    return new Problem("signInFailed", { cause });
  }
  if (cause instanceof oidc.ResponseBodyError) {
    return new Problem(cause.error === "invalid_grant" ? "mismatch" : "signInFailed", { cause });
  }
  if (cause instanceof oidc.ClientError && cause.code !== undefined && answerFaults.has(cause.code)) {
    return new Problem("mismatch", { cause });
  }
  return new Problem("identityDown", { cause });
}

// What openid-client says when state, issuer, nonce or signature of an answer are not what they must be.
const answerFaults = new Set([
  "OAUTH_INVALID_RESPONSE",
  "OAUTH_JWT_CLAIM_COMPARISON_FAILED",
  "OAUTH_JWT_TIMESTAMP_CHECK_FAILED",
]);

async function signOut(parts: SignInParts, request: FastifyRequest, reply: FastifyReply) {
  const { session: cookie, language } = parts.cookies;
  const session = await sessionOf(parts, request);
  if (session === null) return reply.redirect("/", 303);
  if (!isFormOf(session, request.body)) throw new Problem("form", { reader: session });
  await parts.sessions.end(session.id);
  reply.clearCookie(cookie.name, cookie.options);
  await parts.provider.revoke(session.tokens).catch((error: unknown) => {
    request.log.warn({ err: error }, "refresh token not revoked");
  });
  const url = await parts.provider
    .signOutUrl(session.idToken, viewOf(request, language).language)
    .catch((cause: unknown) => {
      throw new Problem("signOutHalf", { cause });
    });
  return reply.redirect(url.href, 303);
}

function isFormOf(session: Session, body: unknown): boolean {
  const sent = Buffer.from(pageForm.safeParse(body).data?.form ?? "");
  const expected = Buffer.from(session.formToken);
  return sent.length === expected.length && timingSafeEqual(sent, expected);
}
