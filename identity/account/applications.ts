/** Which applications may see what of her, and how she stops them. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { recordHistory } from "../history/history.ts";
import { applicationsPage } from "../pages/account-applications.ts";
import { accountClientId } from "../provider/clients.ts";
import { readApplications } from "../store/applications.ts";
import { forgetConsent } from "../store/consents.ts";
import { describeScopes } from "../store/scopes.ts";
import { namedClients } from "./clients.ts";
import { revokeGrantsOf } from "./endings.ts";
import { accountPage, fieldsOf, originOf, type Visit } from "./page.ts";
import type { AccountParts } from "./routes.ts";

const stoppedQuery = z.object({ stopped: z.literal("yes") });
const stopForm = z.object({ client: z.string().regex(/^[A-Za-z0-9._-]{1,100}$/) });

export function addApplications(app: FastifyInstance, parts: AccountParts): void {
  app.get(
    "/account/applications",
    accountPage(parts, (visit) => showApplications(parts, visit)),
  );
  app.post(
    "/account/applications/stop",
    accountPage(parts, (visit) => stopOne(parts, visit)),
  );
}

async function showApplications({ provider, database }: AccountParts, { visitor, view, request, send }: Visit) {
  const found = await readApplications(database, visitor.citizenId);
  // These pages are a client only so that she can sign in to them.
  const others = found.filter(({ clientId }) => clientId !== accountClientId);
  const clients = await namedClients(provider(), new Set(others.map(({ clientId }) => clientId)), view);
  const applications = clients.flatMap((client) => {
    const application = others.find(({ clientId }) => clientId === client.clientId);
    return application ? [{ ...application, client }] : [];
  });
  const scopes = applications.flatMap((application) => [...application.scopes, ...application.declined]);
  const words = await describeScopes(database, scopes, view.language);
  const stopped = stoppedQuery.safeParse(request.query).success;
  return send(applicationsPage(view, visitor, { applications, words, stopped }));
}

async function stopOne({ database, fleeting }: AccountParts, visit: Visit) {
  const { citizenId } = visit.visitor;
  const { client: clientId } = fieldsOf(visit, stopForm);
  const ending = { initiator: "user", origin: originOf(visit) } as const;
  await database.transaction(async (tx) => {
    const holder = { accountId: citizenId, clientId };
    const revoked = await revokeGrantsOf({ tx, fleeting }, holder, { ...ending, history: "grant-revoked" });
    const forgotten = await forgetConsent(tx, citizenId, clientId);
    if (forgotten && !revoked) {
      await recordHistory(tx, { citizenId, kind: "grant-revoked", clientId, origin: ending.origin });
    }
  });
  return visit.reply.redirect("/account/applications?stopped=yes", 303);
}
