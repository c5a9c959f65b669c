/** Her sessions, wherever they are, and their end. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { sessionsPage } from "../pages/account-sessions.ts";
import { publicNameOf } from "../provider/token-claims.ts";
import { readSessions } from "../store/sessions.ts";
import { namedClients } from "./clients.ts";
import { endAllSessions, endSession } from "./endings.ts";
import { accountPage, fieldsOf, originOf, type Visit } from "./page.ts";
import type { AccountParts } from "./routes.ts";

const endedQuery = z.object({ ended: z.literal("yes") });
const endForm = z.object({ session: z.string().regex(/^[\w-]{22}$/) });

export function addSessions(app: FastifyInstance, parts: AccountParts): void {
  app.get(
    "/account/sessions",
    accountPage(parts, (visit) => showSessions(parts, visit)),
  );
  app.post(
    "/account/sessions/end",
    accountPage(parts, (visit) => endOne(parts, visit)),
  );
  app.post(
    "/account/sessions/end-others",
    accountPage(parts, (visit) => endOthers(parts, visit)),
  );
}

async function showSessions({ provider, database }: AccountParts, { visitor, view, request, send }: Visit) {
  const found = await readSessions(database, visitor.citizenId);
  const clients = await namedClients(provider(), new Set(found.flatMap(({ clientIds }) => clientIds)), view);
  const sessions = found.map(({ uid, clientIds, ...session }) => ({
    ...session,
    publicName: publicNameOf(uid),
    isThisOne: uid === visitor.sessionUid,
    clients: clients.filter(({ clientId }) => clientIds.includes(clientId)),
  }));
  const ended = endedQuery.safeParse(request.query).success;
  return send(sessionsPage(view, visitor, { sessions, ended }));
}

async function endOne(parts: AccountParts, visit: Visit) {
  const { visitor, reply } = visit;
  const { session: name } = fieldsOf(visit, endForm);
  // Only among her own: the name of another's session finds nothing.
  const found = (await readSessions(parts.database, visitor.citizenId)).find(({ uid }) => publicNameOf(uid) === name);
  const ending = { initiator: "user", history: "session-ended", origin: originOf(visit) } as const;
  if (found) await parts.database.transaction((tx) => endSession({ tx, fleeting: parts.fleeting }, found.uid, ending));
  return reply.redirect("/account/sessions?ended=yes", 303);
}

async function endOthers({ database, fleeting }: AccountParts, visit: Visit) {
  const { visitor, reply } = visit;
  const ending = { initiator: "user", history: "session-ended", origin: originOf(visit) } as const;
  await database.transaction((tx) => endAllSessions({ tx, fleeting }, visitor.citizenId, ending, visitor.sessionUid));
  return reply.redirect("/account/sessions?ended=yes", 303);
}
