import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { TokenRefused } from "../graph/ask.ts";
import { Problem } from "../pages/problem.ts";
import { viewOf } from "../pages/view.ts";
import type { Reading } from "../session/reading.ts";
import { askPrescriptions } from "./ask.ts";
import { prescriptionsPage } from "./page.ts";

/** `/prescriptions`: for who has signed in well enough; others are told how. */
export function addPrescriptions(app: FastifyInstance, reading: Reading): void {
  app.get("/prescriptions", (request, reply) => showPrescriptions(reading, request, reply));
}

async function showPrescriptions(reading: Reading, request: FastifyRequest, reply: FastifyReply) {
  const { sessions, cookies, freshToken, askGraph } = reading;
  const id = request.cookies[cookies.session.name];
  const reader = id === undefined ? null : await sessions.find(id);
  if (reader === null) return reply.redirect("/", 303);
  const accessToken = await freshToken(reader).catch((cause: unknown) => {
    throw new Problem("identityDown", { cause, reader });
  });
  // The home page knows what to say to whoever's session is over.
  if (accessToken === null) return reply.redirect("/", 303);
  const prescriptions = await askPrescriptions(askGraph, accessToken).catch((cause: unknown) => {
    if (cause instanceof TokenRefused) return null;
    throw new Problem("graphDown", { cause, reader });
  });
  if (prescriptions === null) return reply.redirect("/", 303);
  const { citizen } = prescriptions;
  const subject = citizen && { name: citizen.name.text, preferredLanguage: citizen.preferredLanguage };
  const view = viewOf(request, cookies.language, reader, subject);
  return reply.type("text/html; charset=utf-8").send(prescriptionsPage(view, prescriptions));
}
