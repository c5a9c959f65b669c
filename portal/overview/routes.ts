import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { TokenRefused } from "../graph/ask.ts";
import { landingPage, type Notice } from "../pages/landing.ts";
import { Problem } from "../pages/problem.ts";
import { type Reader, viewOf } from "../pages/view.ts";
import type { Reading } from "../session/reading.ts";
import type { Session } from "../session/sessions.ts";
import { signedOutState } from "../sign-in/provider.ts";
import { askOverview, type Overview } from "./ask.ts";
import { overviewPage } from "./page.ts";

/** `/`: the citizen's own page, or the landing page while nobody is signed in. */
export function addHome(app: FastifyInstance, home: Reading): void {
  app.get("/", async (request, reply) => {
    const id = request.cookies[home.cookies.session.name];
    if (id === undefined) return showLanding(home, request, reply, cameFromSignOut(request) ? "signedOut" : null);
    const session = await home.sessions.find(id);
    return session ? showOverview(home, session, request, reply) : endHere(home, id, request, reply, "ended");
  });
}

async function showOverview(home: Reading, session: Session, request: FastifyRequest, reply: FastifyReply) {
  const accessToken = await home.freshToken(session).catch((cause: unknown) => {
    throw new Problem("identityDown", { cause, reader: session });
  });
  if (accessToken === null && session.actsForAnother)
    return endHere(home, session.id, request, reply, overNotice(session));
  if (accessToken === null) {
    // Where the citizen is still signed in at identity she comes straight back, without seeing any of this.
    await home.sessions.end(session.id);
    return reply.clearCookie(home.cookies.session.name, home.cookies.session.options).redirect("/sign-in", 303);
  }
  const overview = await askInTime(home, accessToken, session);
  if (overview === null) return endHere(home, session.id, request, reply, overNotice(session));
  const { citizen } = overview;
  const subject = citizen && { name: citizen.name.text, preferredLanguage: citizen.preferredLanguage };
  const view = viewOf(request, home.cookies.language, session, subject);
  return reply.type("text/html; charset=utf-8").send(overviewPage(view, overview, new Date()));
}

/** Null when the graph takes the token no longer. */
async function askInTime(home: Reading, accessToken: string, reader: Reader): Promise<Overview | null> {
  try {
    const overview = await askOverview(home.askGraph, accessToken);
    // Only of another may it be kept from her who she is.
    if (overview.citizen || reader.actsForAnother) return overview;
    throw new Error("the graph did not say who the citizen is");
  } catch (cause) {
    if (cause instanceof TokenRefused) return null;
    throw new Problem("graphDown", { cause, reader });
  }
}

/** A session of hers that the graph refuses is over; one for another ends with the right to act. */
function overNotice({ actsForAnother }: Reader): Notice {
  return actsForAnother ? "actingEnded" : "ended";
}

// Not on to sign-in by itself: a graph that refuses every token would send the citizen round in circles.
async function endHere(home: Reading, id: string, request: FastifyRequest, reply: FastifyReply, notice: Notice) {
  await home.sessions.end(id);
  reply.clearCookie(home.cookies.session.name, home.cookies.session.options);
  return showLanding(home, request, reply, notice);
}

function showLanding(home: Reading, request: FastifyRequest, reply: FastifyReply, notice: Notice | null) {
  const page = landingPage(viewOf(request, home.cookies.language), notice);
  return reply.type("text/html; charset=utf-8").send(page);
}

const signOutAnswer = z.object({ state: z.literal(signedOutState) });

function cameFromSignOut(request: FastifyRequest): boolean {
  return signOutAnswer.safeParse(request.query).success;
}
