/** Who is at one of identity's own account pages: the browser's session at the provider, and the sign-in before it. */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Provider } from "oidc-provider";
import { z } from "zod";
import type { Language } from "../../platform/i18n.ts";
import type { Queryable } from "../../platform/postgres.ts";
import { type AssuranceLevel, isAssuranceLevel, meetsLevel } from "../../trust/assurance.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";
import { accountClientId, accountReturnPath } from "../provider/clients.ts";
import { findAccountHolder } from "../store/accounts.ts";

/** Somebody signed in at this browser. */
export interface Visitor {
  readonly citizenId: RawCitizenId;
  readonly name: string;
  readonly preferredLanguage: Language;
  readonly sessionUid: string;
  readonly level: AssuranceLevel;
  /** Methods of the sign-in (RFC 8176). */
  readonly amr: readonly string[];
  /** When she signed in, in seconds since the epoch. */
  readonly signedInAt: number;
  /** Proves that a form comes from a page of this session: a hidden field `form`. */
  readonly formToken: string;
}

export interface VisitorParts {
  readonly provider: () => Provider;
  readonly database: Queryable;
  readonly issuer: string;
  /** Signs form tokens. */
  readonly cookieKey: Uint8Array;
}

/** What a page asks of its visitor's sign-in. */
export interface VisitorDemand {
  readonly level?: AssuranceLevel;
  /** The sign-in may be no older than this. */
  readonly maxAgeSeconds?: number;
}

/** The visitor, or null when nobody is signed in at this browser. */
export async function visitorOf(
  { provider, database, cookieKey }: VisitorParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Visitor | null> {
  const session = await provider().Session.get(provider().createContext(request.raw, reply.raw));
  if (!session.accountId || !session.uid) return null;
  // A session may outlive its account.
  const holder = await findAccountHolder(database, session.accountId);
  return (
    holder && {
      citizenId: session.accountId,
      ...holder,
      sessionUid: session.uid,
      level: isAssuranceLevel(session.acr) ? session.acr : "urn:huimin:loa:1",
      amr: session.amr ?? [],
      signedInAt: session.authTime() ?? 0,
      formToken: createHmac("sha256", cookieKey).update(`account form ${session.uid}`).digest("base64url"),
    }
  );
}

/**
 * The visitor when she meets the demand; else null, and she is on her way to sign in, from where she comes back
 * to the page that she asked for.
 */
export async function requireVisitor(
  parts: VisitorParts,
  request: FastifyRequest,
  reply: FastifyReply,
  demand: VisitorDemand = {},
): Promise<Visitor | null> {
  const visitor = await visitorOf(parts, request, reply);
  if (visitor && meets(visitor, demand)) return visitor;
  reply.redirect(signInUrl(parts.issuer, request, demand, visitor !== null), 303);
  return null;
}

/** Sends somebody who is signed in to prove more, and back to the page that she asked for. */
export function stepUp(issuer: string, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.redirect(signInUrl(issuer, request, { level: "urn:huimin:loa:2" }, false), 303);
}

function meets({ level, signedInAt }: Visitor, { level: demanded, maxAgeSeconds }: VisitorDemand): boolean {
  if (demanded !== undefined && !meetsLevel(level, demanded)) return false;
  return maxAgeSeconds === undefined || signedInAt >= Date.now() / 1000 - maxAgeSeconds;
}

function signInUrl(issuer: string, request: FastifyRequest, { level }: VisitorDemand, again: boolean): string {
  // What a form sent is gone after a sign-in: she comes back to the page that showed it.
  const target = request.method === "GET" ? request.url : request.url.split("?", 1).join();
  const query = new URLSearchParams({
    client_id: accountClientId,
    redirect_uri: `${issuer}${accountReturnPath}`,
    response_type: "code",
    scope: "openid",
    // The code is never redeemed; a challenge is asked of every client.
    code_challenge: "account-pages-never-redeem-their-codes-0000",
    code_challenge_method: "S256",
    state: target,
    ...(again && { prompt: "login" }),
    ...(level !== undefined && { acr_values: level }),
  });
  return `${issuer}/auth?${query}`;
}

const pagePath = z.object({ state: z.string().regex(/^\/account(?:$|[/?])/) });

/** Where signing in to an account page ends: back at that page. */
export function addVisitorReturn(app: FastifyInstance): void {
  app.get(accountReturnPath, async (request, reply) =>
    reply.redirect(pagePath.safeParse(request.query).data?.state ?? "/account", 303),
  );
}

const sentForm = z.object({ form: z.string() });

/** Whether a form was sent from a page of this session. */
export function isFormOf(visitor: Visitor, body: unknown): boolean {
  const sent = Buffer.from(sentForm.safeParse(body).data?.form ?? "");
  const expected = Buffer.from(visitor.formToken);
  return sent.length === expected.length && timingSafeEqual(sent, expected);
}
