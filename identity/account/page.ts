/** What the handlers of all account pages do alike. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import { pageHeaders } from "../../platform/web/page-headers.ts";
import type { RequestOrigin } from "../history/history.ts";
import { pageRequestOf } from "../interaction/turn.ts";
import { type View, viewOf } from "../pages/view.ts";
import { isFormOf, requireVisitor, type Visitor, type VisitorDemand, type VisitorParts } from "./visitor.ts";

/** A request to an account page by somebody who is signed in well enough for it. */
export interface Visit {
  readonly visitor: Visitor;
  /** In the language that she chose, else the one that she prefers. */
  readonly view: View;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Answers with a page. */
  send(page: string): FastifyReply;
}

/** A form that no page of this session can have sent. */
export class FormRefused extends Error {
  override readonly name = "FormRefused";
  /** Read by Fastify. */
  readonly statusCode: 403 | 422;

  constructor(statusCode: 403 | 422) {
    super(statusCode === 403 ? "the form is of another session" : "the form has values that it does not offer");
    this.statusCode = statusCode;
  }
}

/** The fields of a form; whatever the page itself cannot have sent is refused. */
export function fieldsOf<Fields>({ request }: Visit, form: z.ZodType<Fields>): Fields {
  const { data, success } = form.safeParse(request.body);
  if (!success) throw new FormRefused(422);
  return data;
}

/** The handler of an account page. A form is handled only when it comes from a page of the same session. */
export function accountPage(
  parts: VisitorParts,
  handle: (visit: Visit) => FastifyReply | Promise<FastifyReply>,
  demand: VisitorDemand = {},
): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply> {
  return async (request, reply) => {
    const visitor = await requireVisitor(parts, request, reply, demand);
    if (!visitor) return reply;
    if (request.method === "POST" && !isFormOf(visitor, request.body)) throw new FormRefused(403);
    const view = viewOf(pageRequestOf(request), undefined, visitor.preferredLanguage);
    const send = (page: string) => reply.headers(pageHeaders(parts.issuer)).type("text/html; charset=utf-8").send(page);
    return await handle({ visitor, view, request, reply, send });
  };
}

/** Where a visit comes from, for her history. */
export function originOf({ request }: Visit): RequestOrigin {
  return { address: request.ip, userAgent: request.headers["user-agent"] };
}
