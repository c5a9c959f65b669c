/**
 * A journey of several pages by somebody who is not signed in: registration, recovery. What she has said so far lies
 * in the store, found by a cookie that only her browser has and that other sites' forms do not send (SameSite=Lax).
 */
import { createHash, randomBytes } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import { pageHeaders } from "../../platform/web/page-headers.ts";
import type { RequestOrigin } from "../history/history.ts";
import { pageRequestOf } from "../interaction/turn.ts";
import { type View, viewOf } from "../pages/view.ts";

const lifeSeconds = 30 * 60;
const idShape = /^[\w-]{43}$/;

/** A request to a page of a journey. */
export interface Step {
  readonly view: View;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly origin: RequestOrigin;
  /** Answers with a page. */
  send(page: string, status?: number): FastifyReply;
  /** Lets the page run identity's own scripts, for passkeys. */
  allowScripts(): void;
}

export function beginStep(request: FastifyRequest, reply: FastifyReply, issuer: string): Step {
  reply.headers(pageHeaders(issuer)).type("text/html; charset=utf-8");
  return {
    view: viewOf(pageRequestOf(request)),
    request,
    reply,
    origin: { address: request.ip, userAgent: request.headers["user-agent"] },
    send: (page, status = 200) => reply.code(status).send(page),
    allowScripts: () => void reply.headers(pageHeaders(issuer, [], "own scripts")),
  };
}

/** Where a journey keeps what was said; `State` as its schema reads it. */
export interface Journey<State> {
  /** Begins anew, with a new cookie. @returns the name of the journey: what codes are bound to */
  begin(reply: FastifyReply, state: State): Promise<string>;
  read(request: FastifyRequest): Promise<{ readonly id: string; readonly state: State } | null>;
  save(id: string, state: State): Promise<void>;
  end(request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

export function createJourney<State>(
  store: KeyValueStore,
  { name, issuer, state: shape }: { readonly name: string; readonly issuer: string; readonly state: z.ZodType<State> },
): Journey<State> {
  const cookie = `huimin_identity_${name}`;
  const path = `/${name}`;
  const keyOf = (id: string) => `journey:${name}:${id}`;
  // The store knows the cookie by its hash alone.
  const idOf = ({ cookies }: FastifyRequest) => {
    const secret = cookies[cookie] ?? "";
    return idShape.test(secret) ? hashOf(secret) : null;
  };
  const save = (id: string, state: State) => store.set(keyOf(id), JSON.stringify(state), lifeSeconds);
  return {
    begin: async (reply, state) => {
      const secret = randomBytes(32).toString("base64url");
      const secure = issuer.startsWith("https:");
      reply.setCookie(cookie, secret, { path, maxAge: lifeSeconds, httpOnly: true, sameSite: "lax", secure });
      await save(hashOf(secret), state);
      return hashOf(secret);
    },
    read: async (request) => {
      const id = idOf(request);
      const text = id && (await store.get(keyOf(id)));
      return id && text ? { id, state: shape.parse(JSON.parse(text)) } : null;
    },
    save,
    end: async (request, reply) => {
      const id = idOf(request);
      reply.clearCookie(cookie, { path });
      if (id) await store.delete(keyOf(id));
    },
  };
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}

const interactionShape = /^[\w-]{10,64}$/;

/** The sign-in that she came from, as the address of the first page says. */
export function readFrom(request: FastifyRequest): string | null {
  const { from } = z
    .object({ from: z.string().regex(interactionShape).nullable().catch(null) })
    .catch({ from: null })
    .parse(request.query);
  return from;
}

/** Where she signs in at the end: in the sign-in that she came from, else at her account. */
export function signInAddress(from: string | null): string {
  return from === null ? "/account" : `/interaction/${from}`;
}
